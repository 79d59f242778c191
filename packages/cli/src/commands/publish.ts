import { existingStore, nowIn, operator, publishRuleset, takeUp, withStore } from '@rapport/data-directory';
import { type Ruleset, rulesetHash } from '@rapport/domain';
import { createRulesetHistory, type RecordedPublication, rulesetDocuments, rulesetName } from '@rapport/engine';
import { type EventLog, openEventLog } from '@rapport/event-log';
import { type Cli, printJson, printNdjson } from '../cli';
import { CommandError, interruptible } from '../exit';
import { minute } from '../output/instants';
import { counted } from '../output/numbers';
import { plain } from '../output/style';
import { table } from '../output/table';
import { catalogueOf, rulesetFrom } from '../rulesets';
import { notePublished } from './audit-log';

export interface PublishCommandOptions {
  readonly announce?: true;
  readonly url?: string;
  readonly key?: string;
}

interface Published {
  readonly changed: number;
  readonly announced: number;
}

/** `rapport ruleset publish`: puts a ruleset in force, in the data directory or in an engine that serves. */
export const publishCommand = async (cli: Cli, file: string, options: PublishCommandOptions): Promise<void> => {
  const ruleset = rulesetFrom(cli, file);
  // Refuses types that intake could not take.
  catalogueOf(ruleset);
  const url = options.url ?? (process.env.RAPPORT_URL || undefined);
  const { changed, announced } = await (url === undefined
    ? publishHere(cli, ruleset, options)
    : publishThere(cli, url, ruleset, options));
  if (cli.json) return printJson(cli, { ruleset: rulesetName(ruleset, rulesetHash(ruleset)), changed, announced });
  cli.print(`In force now: ${plain(ruleset.ruleset)} ${ruleset.version}.`);
  cli.print(
    `${counted(changed, 'customer')} changed; ${options.announce === true ? `${counted(announced, 'change')} announced` : 'nothing was announced'}.`,
  );
};

const publishHere = async (cli: Cli, ruleset: Ruleset, { announce }: PublishCommandOptions): Promise<Published> => {
  const files = existingStore(cli.data);
  const log = await openEventLog(files.eventLog, { mode: 'write' });
  try {
    return await interruptible('To put it in force, run the same command again.', async () => {
      const work = { host: cli, files, log };
      await takeUp(work, { with: 'ruleset publish', now: nowIn(files) });
      await refuseTaken(ruleset, log);
      const report = await publishRuleset({
        ...work,
        ruleset,
        announce: announce === true,
        by: operator(),
        with: 'ruleset publish',
        now: () => nowIn(files),
        paused: (during) => during(),
      });
      await notePublished(files, ruleset, { announce: announce === true, changed: report.changed });
      return report;
    });
  } finally {
    await log.close();
  }
};

/** A published ruleset keeps its name and version: decisions name them. */
const refuseTaken = async (ruleset: Ruleset, log: EventLog): Promise<void> => {
  const hash = rulesetHash(ruleset);
  const publications = await createRulesetHistory(log).publications();
  const taken = publications.find(
    ({ ruleset: other }) => other.hash !== hash && other.name === ruleset.ruleset && other.version === ruleset.version,
  );
  if (taken !== undefined)
    throw new CommandError(
      `Version ${ruleset.version} of ${plain(ruleset.ruleset)} is published already with other content (${taken.ruleset.hash.slice(0, 12)}). Give this one the next version.`,
    );
};

const publishThere = async (
  cli: Cli,
  url: string,
  ruleset: Ruleset,
  { announce, key = process.env.RAPPORT_KEY }: PublishCommandOptions,
): Promise<Published> => {
  const address = `${url.replace(/\/+$/, '')}/v1/rulesets?announce=${announce === true}`;
  const response = await fetch(address, {
    method: 'POST',
    signal: cli.signal,
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : undefined) },
    body: JSON.stringify(ruleset),
  }).catch((error: Error) => {
    throw new CommandError(
      `${url} cannot be reached: ${(error.cause as Error | undefined)?.message ?? error.message}.`,
    );
  });
  const answer = (await response.json().catch(() => ({}))) as Partial<Published> & { readonly detail?: string };
  if (!response.ok)
    throw new CommandError(
      `${url} refused the ruleset with ${response.status}: ${answer.detail ?? response.statusText}${response.status === 401 ? ' Name a key of role admin with --key or RAPPORT_KEY.' : ''}`,
    );
  return { changed: answer.changed ?? 0, announced: answer.announced ?? 0 };
};

/** How one publication reads: when, which, by whom, and whether it was announced. */
const publicationRow = ({ ruleset, at, before, by, with: way, announced }: RecordedPublication): readonly string[] => [
  `${before ? 'before ' : ''}${minute(at)}`,
  plain(ruleset.name),
  String(ruleset.version),
  ruleset.hash.slice(0, 12),
  by === undefined ? '' : plain(by.name),
  way ?? '',
  announced === undefined ? '' : announced ? 'announced' : 'silently',
];

/** `rapport ruleset list`: when and by whom rules came into force, oldest first. */
export const listRulesetsCommand = (cli: Cli): Promise<void> =>
  withStore(cli.data, async (store) => {
    const publications = await store.rulesetHistory.publications();
    if (cli.json)
      return printNdjson(
        cli,
        rulesetDocuments(publications).map(({ ruleset: _, ...one }) => ({ ...one, inForce: one.hash === store.hash })),
      );
    if (publications.length === 0)
      return cli.print(
        `In force: ${plain(store.ruleset.ruleset)} ${store.ruleset.version} (${store.hash.slice(0, 12)}). Since when, the log says once a command that writes has opened it.`,
      );
    cli.print(
      table(
        ['in force from', 'name', 'version', 'hash', 'by', 'with', 'announced', ''].map((title) => ({ title })),
        publications.map((one, i) => [...publicationRow(one), i === publications.length - 1 ? 'in force' : '']),
        { head: cli.style.dim },
      ),
    );
  });
