import type { Cli } from '../cli';
/** `rapport demo`. */
export const demoCommand = async (cli: Cli, options: { readonly customers: number }): Promise<void> => {
  cli.note(String(options.customers));
};
