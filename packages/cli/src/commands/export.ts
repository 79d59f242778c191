import { withStore } from '@rapport/data-directory';
import { formatInstant } from '@rapport/domain';
import type { ExportFormat } from '@rapport/files';
import { type Cli, printJson } from '../cli';
import { CommandError, interruptible } from '../exit';
import { type ExportWhat, exportsOf } from '../exports';
import { type ViewOptions, viewFrom } from '../instant-options';
import { formatOfName } from '../output/export-format';
import { checkWritable } from '../output/file-out';
import { counted } from '../output/numbers';
import { usedRulesetLine } from '../output/used-ruleset';
import { rulesFor } from '../store/rules';

export interface ExportOptions extends ViewOptions {
  readonly what: ExportWhat;
  readonly format?: ExportFormat;
  readonly out?: string;
  readonly ruleset?: string;
}

/** Later than any touchpoint: a copy of the log leaves nothing out. */
const EVER = Number.POSITIVE_INFINITY;

/** `rapport export`: rows to a file, which appears whole or not at all, or to stdout. */
export const exportCommand = (cli: Cli, { what, out, ...options }: ExportOptions): Promise<void> =>
  withStore(cli.data, async (inForce) => {
    const format = options.format ?? (out === undefined ? undefined : formatOfName(out)) ?? 'ndjson';
    if (out !== undefined) checkWritable(out);
    else if (cli.json && format !== 'ndjson')
      throw new CommandError(`--json and ${format} both want stdout: name a file with --out.`);
    const { asOf = what === 'touchpoints' ? EVER : inForce.now, knownAt } = viewFrom(options);
    refuseMeaningless(what, options);
    const { ruleset, program, used } = await rulesFor(cli, inForce, { knownAt, ruleset: options.ruleset });
    const { columns, rows } = exportsOf({ ...inForce, ruleset, program }, what, { asOf, knownAt }, cli.signal);
    // Writing tables loads DuckDB, which no other way out of the store needs.
    const { writeRows } = require('@rapport/files') as typeof import('@rapport/files');
    const progress = cli.progress('exporting', what);
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
        writeRows(counting(), columns, out ?? process.stdout, format, { signal: cli.signal }),
      );
      progress.stop();
      if (cli.json && out !== undefined)
        return printJson(cli, {
          what,
          format,
          out,
          ruleset: used,
          asOf: asOf === EVER ? undefined : formatInstant(asOf),
          knownAt: knownAt === undefined ? undefined : formatInstant(knownAt),
          ...written,
        });
      cli.note(`${counted(written.rows, 'row')}${out === undefined ? '' : ` in ${out}`}`);
      // Else a reader would have to guess which rules these are.
      if (what !== 'touchpoints' && (knownAt !== undefined || options.ruleset !== undefined))
        cli.note(usedRulesetLine(used, cli));
    } finally {
      progress.stop();
    }
  });

/** Options that would not change what is written are refused rather than ignored. */
const refuseMeaningless = (what: ExportWhat, { ruleset, knownAt }: Omit<ExportOptions, 'what'>): void => {
  if (what === 'touchpoints' && ruleset !== undefined)
    throw new CommandError('--ruleset: touchpoints are the same under every ruleset. Leave it out.');
  if (what === 'candidates' && knownAt !== undefined)
    throw new CommandError(
      '--known-at: which products go together is known only as of today. Leave it out, or export relationships.',
    );
};
