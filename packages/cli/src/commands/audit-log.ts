import { existsSync } from 'node:fs';
import { type AuditAction, type AuditRecord, openAccess, type RefusedSum } from '@rapport/access';
import { type DataDirectory, dataDirectory } from '@rapport/data-directory';
import { formatInstant, type Ruleset, rulesetHash } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import { type Cli, printNdjson } from '../cli';
import { CommandError } from '../exit';
import { instantFrom } from '../instant-options';
import { plain } from '../output/style';
import { table } from '../output/table';
import { settingsOf } from '../settings';

export interface AuditLogOptions {
  readonly config?: string;
  readonly action?: AuditAction;
  readonly actor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

const PAGE = 1_000;

/** `rapport audit-log`: who did what, and who was refused, newest first; the engine may serve meanwhile. */
export const auditLogCommand = async (cli: Cli, options: AuditLogOptions): Promise<void> => {
  const { data } = settingsOf(cli, options).config;
  const { access: path } = dataDirectory(data);
  if (!existsSync(path)) throw new CommandError(`${data} has no audit log yet: nothing was done in it that is noted.`);
  const records = await recordsIn(path, options);
  if (cli.json) return printNdjson(cli, records.map(document));
  if (records.length === 0) return cli.note('Nothing of that kind is noted.');
  cli.print(
    table(
      ['when', 'action', 'who', 'from', 'what'].map((title) => ({ title })),
      records.map((record) => [
        formatInstant(record.at).slice(0, 19).replace('T', ' '),
        record.action,
        plain(record.actor?.name ?? ''),
        record.address ?? '',
        plain(wordsOf(record)),
      ]),
      { head: cli.style.dim },
    ),
  );
};

const recordsIn = async (path: string, options: AuditLogOptions): Promise<readonly AuditRecord[]> => {
  const { action, actor, limit } = options;
  const [from, to] = [instantFrom('--from', beginOf(options.from)), instantFrom('--to', options.to)];
  const access = await openAccess({ path });
  try {
    const found: AuditRecord[] = [];
    for (let after: string | undefined; found.length < limit; ) {
      const page = await access.auditLog({
        action,
        actor,
        from,
        to,
        after,
        limit: Math.min(PAGE, limit - found.length),
      });
      if (isLeft(page)) throw new Error('the audit log does not know its own cursor');
      found.push(...page.right.records);
      after = page.right.next;
      if (after === undefined) break;
    }
    return found;
  } finally {
    await access.close();
  }
};

/** A date that begins a period means the begin of its day. */
const beginOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;

const document = ({ at, refused, ...rest }: AuditRecord) => ({
  at: formatInstant(at),
  ...rest,
  ...(refused === undefined ? undefined : { refused: { ...refused, lastAt: formatInstant(refused.lastAt) } }),
});

const wordsOf = ({ subject, details = {}, refused }: AuditRecord): string => {
  if (refused !== undefined) return refusedWords(refused);
  const more = Object.entries(details).map(([name, value]) => `${name} ${[value].flat().join(', ')}`);
  return [subject?.slice(0, 16) ?? '', ...more].filter((word) => word !== '').join('; ');
};

const refusedWords = ({ count, requests, reasons, keys }: RefusedSum): string => {
  const [first, ...others] = Object.keys(requests);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const tried = keys.length === 0 ? '' : `; key ${keys.join(', ')}`;
  return `${count} × ${Object.keys(reasons).join(', ')}: ${first}${more}${tried}`;
};

/** Notes in the audit log of a data directory that the account at the command line put a ruleset in force. */
export const notePublished = async (
  { access: path }: Pick<DataDirectory, 'access'>,
  ruleset: Ruleset,
  details: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const { ruleset: name, version } = ruleset;
  const access = await openAccess({ path });
  access.note({ action: 'ruleset.published', subject: rulesetHash(ruleset), details: { name, version, ...details } });
  await access.close();
};
