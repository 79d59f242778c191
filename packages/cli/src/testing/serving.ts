import type { Outcome, Workplace } from './rapport';

/** A command that goes on until it is stopped, watched while it does. */
export interface Process {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when a condition holds, looked at whenever something is printed; rejects when the command ends before. */
  readonly until: (condition: () => boolean) => Promise<void>;
  /** As Ctrl-C does, or as another signal. */
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
  /** Of role admin; that of the first start. */
  readonly key: string;
}

/** An engine that serves the data directory `rapport-data` of the workplace, on a free port unless one is named. */
export const serving = async (place: Workplace, { port = 0, key = '' } = {}): Promise<Serving> => {
  const engine = running(place, 'serve', '--port', String(port), '--log-level', 'error');
  const found = (pattern: RegExp): string => pattern.exec(engine.stderr() + engine.stdout())?.[1] ?? '';
  const url = (): string => found(/serves (http:\S+)/);
  const newKey = (): string => key || found(/\s(rapport_\w{8,}_[\w-]+)\s/);
  await engine.until(() => url() !== '' && newKey() !== '');
  return { ...engine, url: url(), key: newKey() };
};
