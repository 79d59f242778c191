import { configDocument } from '@rapport/engine-service';
import { type Cli, printJson } from '../cli';
import { table } from '../output/table';
import { type SettingOptions, settingsOf } from '../settings';

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `rapport config`: what counts, and where it comes from. */
export const configCommand = async (cli: Cli, options: SettingOptions): Promise<void> => {
  const settings = configDocument(settingsOf(cli, options));
  if (cli.json) return printJson(cli, settings);
  const { style } = cli;
  cli.print(
    table(
      [{ title: 'setting' }, { title: 'value' }, { title: 'from' }],
      settings.map(({ name, value, source, place }) => [
        name,
        value === null ? style.dim('not set') : shown(value),
        source === 'default' ? style.dim(source) : (place ?? source),
      ]),
      { head: style.dim },
    ),
  );
};
