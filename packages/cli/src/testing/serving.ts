/** Commands that go on until they are stopped, as processes of their own: `watch`, `serve`, and the demo that serves. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Outcome, Workplace } from './rapport';

export interface Process {
  readonly pid: number;
  /** The output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when a condition holds, looked at whenever something is printed; rejects when the command ends before. */
  readonly until: (condition: () => boolean) => Promise<void>;
  /** As Ctrl-C does, or by another signal. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Outcome>;
}

export const running = (place: Workplace, ...args: readonly string[]): Process => {
  const { child, outcome } = place.start(args);
  const parts = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  let over = false;
  const look = (): void => {
    for (const wake of waiting) wake();
  };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (text: string) => {
      parts[name] += text;
      look();
    });
  void outcome.then(() => {
    over = true;
    look();
  });
  return {
    pid: child.pid!,
    stdout: () => parts.stdout,
    stderr: () => parts.stderr,
    until: (condition) =>
      new Promise((done, failed) => {
        const wake = (): void => {
          if (condition()) done();
          else if (over) failed(new Error(`The command ended: ${parts.stderr}`));
          else return;
          waiting.delete(wake);
        };
        waiting.add(wake);
        wake();
      }),
    stop: (signal = 'SIGINT') => {
      child.kill(signal);
      return outcome;
    },
  };
};

export interface Serving extends Process {
  readonly url: string;
  /** Shown at the first start only. */
  readonly key: string | undefined;
  readonly get: (path: string, key?: string) => Promise<Response>;
}

/** Starts a command that serves, on a free port unless one is named, and waits until it says where. */
export const serving = async (place: Workplace, command: string, ...args: readonly string[]): Promise<Serving> => {
  const engine = running(place, command, '--port', '0', ...args);
  // All lines come at once; the last one, with the ruleset, is always there.
  const told = (): RegExpExecArray | null => /Rapport serves (\S+)[\s\S]*ruleset .*\n/.exec(engine.stderr());
  await engine.until(() => told() !== null);
  const url = told()![1];
  // No terminal: the first start says in which file the first key is.
  const file = /The first key, of role admin, is in (.+): move/.exec(engine.stderr())?.[1];
  const key = file === undefined ? undefined : readFileSync(resolve(place.folder, file), 'utf8').trim();
  return {
    ...engine,
    url,
    key,
    get: (path, other = key) =>
      fetch(url + path, { headers: other === undefined ? {} : { authorization: `Bearer ${other}` } }),
    stop: (signal = 'SIGTERM') => engine.stop(signal),
  };
};

/** A touchpoint as it is sent over HTTP. */
export const touchpoint = (id: string, customer: string, time = '2026-01-05T10:00:00Z') => ({
  specversion: '1.0',
  id,
  source: 'shop',
  type: 'touchpoint.order.completed.v1',
  subject: customer,
  time,
  data: { orderId: `o-${id}`, total: 50 },
});

export const send = (url: string, key: string | undefined, ...touchpoints: readonly object[]): Promise<Response> =>
  fetch(`${url}/v1/touchpoints`, {
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(touchpoints),
  });
