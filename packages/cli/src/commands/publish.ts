import {
  existingStore,
  finishPublication,
  publishRuleset,
  readDemoMarker,
  readStored,
  rulesetInForce,
  storedHashes,
} from '@rapport/data-directory';
import { type Ruleset, rulesetHash } from '@rapport/domain';
import { rulesetName } from '@rapport/engine';
import { openSqliteEventLog } from '@rapport/event-log';
import { type Cli, printJson, printNdjson } from '../cli';
import { CommandError, interruptible } from '../exit';
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
  refuseTaken(ruleset, cli.data);
  const log = await openSqliteEventLog(files.events, { mode: 'write' });
  try {
    return await interruptible('To put it in force, run the same command again.', async () => {
      await finishPublication({ host: cli, files, log });
      const report = await publishRuleset({
        host: cli,
        files,
        log,
        ruleset,
        announce: announce === true,
        now: () => readDemoMarker(files)?.today ?? Date.now(),
        paused: (work) => work(),
      });
      await notePublished(files, ruleset, { announce: announce === true, changed: report.changed });
      return report;
    });
  } finally {
    await log.close();
  }
};

/** What was published keeps its name and version: decisions name them. */
const refuseTaken = (ruleset: Ruleset, data: string): void => {
  const files = existingStore(data);
  const hash = rulesetHash(ruleset);
  const taken = storedHashes(files).find((stored) => {
    const other = readStored(files, stored);
    return stored !== hash && other.ruleset === ruleset.ruleset && other.version === ruleset.version;
  });
  if (taken !== undefined)
    throw new CommandError(
      `Version ${ruleset.version} of ${plain(ruleset.ruleset)} is published already with other content (${taken.slice(0, 12)}). Give this one the next version.`,
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

/** `rapport ruleset list`: all that a store ever worked with. */
export const listRulesetsCommand = async (cli: Cli): Promise<void> => {
  const files = existingStore(cli.data);
  const inForce = (await rulesetInForce(cli.data)).hash;
  const rulesets = storedHashes(files).map((hash) => {
    const ruleset = readStored(files, hash);
    return { ...rulesetName(ruleset, hash), inForce: hash === inForce };
  });
  if (cli.json) return printNdjson(cli, rulesets);
  cli.print(
    table(
      ['name', 'version', 'hash', ''].map((title) => ({ title })),
      rulesets.map(({ name, version, hash, inForce: counts }) => [
        plain(name),
        String(version),
        hash.slice(0, 12),
        counts ? 'in force' : '',
      ]),
      { head: cli.style.dim },
    ),
  );
};
