import { isTemporary, serve } from '@rapport/engine-service';
import type { Cli } from '../cli';
import { CommandError, EXIT, failureOf } from '../exit';
import { type SettingOptions, settingsOf } from '../settings';

/** `rapport serve`: the engine until Ctrl-C or SIGTERM. */
export const serveCommand = async (cli: Cli, options: SettingOptions): Promise<void> => {
  const { config } = settingsOf(cli, options);
  try {
    await serve(config, cli);
  } catch (error) {
    // The exit status says whether starting again may succeed.
    throw isTemporary(error) ? new CommandError(failureOf(error).message, EXIT.temporary) : error;
  }
};
