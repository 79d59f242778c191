import { once } from 'node:events';
import type { Host } from '@rapport/data-directory';
import type { Language } from '@rapport/domain';
import { CommandError } from './exit';
import { NO_PROGRESS, progressOn } from './output/progress';
import { type Style, styleFor } from './output/style';
import { useZone } from './zone';

/** The surroundings of every command: where to print, how, and when to stop. Notes go to stderr; Ctrl-C aborts the signal. */
export interface Cli extends Host {
  /** The data directory; it need not exist. */
  readonly data: string;
  /** The data directory where it was named by --data. */
  readonly dataFlag: string | undefined;
  /** The zone where it was named by --tz. */
  readonly tzFlag: string | undefined;
  /** One JSON document (or NDJSON for lists) on stdout and nothing else. */
  readonly json: boolean;
  readonly verbose: boolean;
  /** Of labels and reasons in words. */
  readonly language: Language;
  /** Colours of stdout. */
  readonly style: Style;
  /** Columns to fill: the terminal's, from 60 to 120; 80 where there is none. */
  readonly width: number;
  /** Lines for people on stdout; a command that was asked for JSON prints nothing with it. */
  readonly print: (text: string) => void;
  /** Raw text on stdout; resolves when the reader keeps up. */
  readonly write: (text: string) => Promise<void>;
}

export interface GlobalOptions {
  readonly data?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly lang?: string;
  readonly tz?: string;
}

export const DEFAULT_DATA = 'rapport-data';

const NARROWEST = 60;
const WIDEST = 120;

const widthOf = (stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): number => {
  const columns = stream.columns ?? Number(environment.COLUMNS ?? 80);
  return Math.min(WIDEST, Math.max(NARROWEST, Number.isInteger(columns) ? columns : 80));
};

const LANGUAGE_TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/;

const languageFrom = (flag: string | undefined, environment: NodeJS.ProcessEnv): Language => {
  const given = flag ?? (environment.RAPPORT_LANG || 'en');
  if (LANGUAGE_TAG.test(given)) return given;
  const place = flag === undefined ? 'RAPPORT_LANG' : '--lang';
  throw new CommandError(`${place}: expected a language tag such as en, vi or pt-BR, got "${given}"`);
};

/**
 * The surroundings of a command, from the options that every command takes. Sets the zone of the process.
 *
 * @throws CommandError for an unknown zone
 */
export const cliFor = (options: GlobalOptions, signal: AbortSignal): Cli => {
  const { stdout, stderr, env } = process;
  const json = options.json === true;
  useZone(options.tz ?? (env.RAPPORT_TZ || undefined), options.tz === undefined ? 'RAPPORT_TZ' : '--tz');
  return {
    data: options.data ?? (env.RAPPORT_DATA || DEFAULT_DATA),
    dataFlag: options.data,
    tzFlag: options.tz,
    json,
    verbose: options.verbose === true,
    language: languageFrom(options.lang, env),
    style: styleFor(stdout, env),
    width: widthOf(stdout, env),
    signal,
    print: (text) => {
      if (!json) stdout.write(`${text}\n`);
    },
    write: async (text) => {
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    note: (text) => {
      stderr.write(`${text}\n`);
    },
    progress: (label, unit) => (stderr.isTTY === true ? progressOn(stderr, label, unit, signal) : NO_PROGRESS),
  };
};

/** Prints one JSON document: the whole answer of a command under `--json`. */
export const printJson = (cli: Cli, document: unknown): Promise<void> =>
  cli.write(`${JSON.stringify(document, null, 2)}\n`);

/** Prints a list as NDJSON. */
export const printNdjson = async (cli: Cli, documents: Iterable<unknown>): Promise<void> => {
  for (const document of documents) await cli.write(`${JSON.stringify(document)}\n`);
};
