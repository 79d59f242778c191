import { serve } from '@rapport/engine-service';
import type { Cli } from '../cli';
import { type SettingOptions, settingsOf } from '../settings';

/** `rapport serve`: the engine until Ctrl-C or SIGTERM. */
export const serveCommand = (cli: Cli, options: SettingOptions): Promise<void> =>
  serve(settingsOf(cli, options).config, cli);
