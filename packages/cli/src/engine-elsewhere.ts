import type { Cli } from './cli';
import { CommandError, EXIT } from './exit';

export interface EngineOptions {
  /** Absent: `RAPPORT_URL`. */
  readonly url?: string;
  /** Absent: `RAPPORT_KEY`. */
  readonly key?: string;
}

/** The address of the engine to ask, where one was named. */
export const engineUrl = ({ url }: EngineOptions): string | undefined => url ?? (process.env.RAPPORT_URL || undefined);

interface Problem {
  readonly detail?: string;
  readonly title?: string;
}

const adviceOn = (status: number): string => {
  if (status === 401) return ' Name a key with --key or RAPPORT_KEY.';
  return status === 403 ? ' The key lacks the role for it.' : '';
};

/**
 * One request to an engine that serves, and its JSON; undefined where the answer has none.
 *
 * @throws CommandError when it cannot be reached or refuses; exit 1 where what is asked for is not there
 */
export const askEngine = async <T>(
  cli: Cli,
  url: string,
  { key = process.env.RAPPORT_KEY || undefined }: EngineOptions,
  path: string,
  { method = 'GET', body }: { readonly method?: string; readonly body?: unknown } = {},
): Promise<T> => {
  const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
    method,
    signal: cli.signal,
    headers: {
      ...(body === undefined ? undefined : { 'content-type': 'application/json' }),
      ...(key === undefined ? undefined : { authorization: `Bearer ${key}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error: Error) => {
    cli.signal.throwIfAborted();
    const reason = (error.cause as Error | undefined)?.message ?? error.message;
    throw new CommandError(
      `${url} cannot be reached: ${reason}. Is the engine serving there? Another address: --url or RAPPORT_URL.`,
    );
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  const { detail, title } = (answer ?? {}) as Problem;
  throw new CommandError(
    `${url} answered ${response.status}: ${detail ?? title ?? response.statusText}${adviceOn(response.status)}`,
    response.status === 404 ? EXIT.no : EXIT.wrong,
  );
};

/** A query string of what is given. */
export const queryOf = (values: Readonly<Record<string, string | number | boolean | undefined>>): string => {
  const given = Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};
