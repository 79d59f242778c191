import type { Mapping } from '@rapport/files';
import { type ImportItem, type InputReport, type ReadOptions, type RejectedItem, readFiles } from '@rapport/files';
import { type Cli, printJson } from '../cli';
import { EXIT, type ExitCode } from '../exit';
import { inputLines } from '../output/input-report';
import { rejectionText } from '../output/rejection';
import { plain } from '../output/style';
import type { NamedFiles } from '../standard-input';

/** Touchpoints that are shown unless a limit is given. */
const SHOWN = 5;

type Touchpoint = Extract<ImportItem, { kind: 'touchpoint' }>;

/** A touchpoint as it is shown: the compact form, as it would be recorded. */
const shownAs = ({ touchpoint: { occurredAt, recordedAt, version, ...rest } }: Touchpoint) => ({
  ...rest,
  occurredAt: new Date(occurredAt).toISOString(),
  ...(recordedAt === undefined ? undefined : { recordedAt: new Date(recordedAt).toISOString() }),
});

/**
 * `rapport import --dry-run`: how the files would be read, what the first touchpoints would be and what would be
 * rejected before them. Opens no store for writing and makes none.
 */
export const dryRun = async (
  cli: Cli,
  { files, named }: NamedFiles,
  mapping: Mapping,
  options: ReadOptions,
): Promise<ExitCode> => {
  const touchpoints: Touchpoint[] = [];
  const rejected: RejectedItem[] = [];
  let refused = 0;
  let inputs: readonly InputReport[] = [];
  for await (const { items, account } of readFiles(files, mapping, { ...options, limit: options.limit ?? SHOWN })) {
    for (const item of items)
      if (item.kind === 'touchpoint') touchpoints.push(item);
      else if (refused++ < SHOWN) rejected.push({ ...item, at: { ...item.at, file: named(item.at.file) } });
    inputs = (account?.inputs ?? inputs).map((input) => ({ ...input, file: named(input.file) }));
  }
  const code = touchpoints.length === 0 && refused > 0 ? EXIT.no : EXIT.done;
  if (cli.json) {
    await printJson(cli, { inputs, touchpoints: touchpoints.map(shownAs), rejected });
    return code;
  }
  cli.print(
    [
      ...inputLines(inputs, cli),
      ...touchpoints.map((one) => plain(JSON.stringify(shownAs(one)))),
      ...rejected.map((one) => cli.style.red(rejectionText(one))),
    ].join('\n'),
  );
  cli.note('Nothing was recorded: this was a dry run.');
  return code;
};
