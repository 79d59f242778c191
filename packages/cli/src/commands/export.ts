import { withStore } from '@rapport/data-directory';
import { type Cli, printJson } from '../cli';
import { CommandError, interruptible } from '../exit';
import { type ExportWhat, exportsOf } from '../exports';
import { viewFrom } from '../instant-options';
import { checkWritable } from '../output/file-out';
import { counted } from '../output/numbers';
import { usedRulesetLine } from '../output/used-ruleset';
import { rulesFor } from '../store/rules';

export interface ExportOptions {
  readonly what: ExportWhat;
  readonly format: 'ndjson' | 'csv' | 'parquet';
  readonly out?: string;
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly ruleset?: string;
}

/** `rapport export`: rows to a file, which appears whole or not at all, or to stdout. */
export const exportCommand = (cli: Cli, options: ExportOptions): Promise<void> =>
  withStore(cli.data, async (store) => {
    if (options.out !== undefined) checkWritable(options.out);
    else if (cli.json && options.format !== 'ndjson')
      throw new CommandError(`--json and ${options.format} both want stdout: name a file with --out.`);
    const { asOf = store.now, knownAt } = viewFrom(options);
    const { ruleset, program, used } = await rulesFor(cli, store, { knownAt, ruleset: options.ruleset });
    const { columns, rows } = exportsOf({ ...store, ruleset, program }, options.what, { asOf, knownAt });
    // Writing tables loads DuckDB, which no other way out of the store needs.
    const { writeRows } = require('@rapport/files') as typeof import('@rapport/files');
    const progress = cli.progress('exporting', options.what);
    let done = 0;
    async function* counting() {
      for await (const batch of rows) {
        done += batch.length;
        progress.update(done);
        yield batch;
      }
    }
    try {
      const written = await interruptible('Nothing was written to a file; run the same command again.', () =>
        writeRows(counting(), columns, options.out ?? process.stdout, options.format, { signal: cli.signal }),
      );
      progress.stop();
      if (cli.json && options.out !== undefined) return printJson(cli, { ...options, ...written });
      cli.note(`${counted(written.rows, 'row')}${options.out === undefined ? '' : ` in ${options.out}`}`);
      // Whose rules these are would else be guessed.
      if (knownAt !== undefined || options.ruleset !== undefined)
        cli.note(usedRulesetLine(used, { ...cli, language: 'en' }));
    } finally {
      progress.stop();
    }
  });
