/** The real engine in a process of its own, started again and again on one data directory and one port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** As compiled (`npm test` builds first): starting it from its sources would take longer than it lives. */
const ENGINE = join(__dirname, '../../dist/main.js');

export interface KilledEngine {
  readonly url: string;
  /** Resolves when it answers that it is alive. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  /** What it last said on stderr and stdout. */
  said(): string;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

export const killedEngine = async (
  directory: string,
  settings: Readonly<Record<string, string>>,
): Promise<KilledEngine> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let said = '';

  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    return (await ended)[0] as number | null;
  };

  return {
    url,
    start: async () => {
      const started = spawn(process.execPath, [ENGINE], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          RAPPORT_DATA: directory,
          RAPPORT_HTTP_PORT: String(port),
          RAPPORT_AUTH_ENABLED: 'false',
          RAPPORT_LOG_LEVEL: 'warn',
          ...settings,
        },
      });
      child = started;
      for (const stream of [started.stdout, started.stderr])
        stream?.on('data', (chunk) => {
          said = (said + String(chunk)).slice(-20_000);
        });
      for (;;) {
        if (started.exitCode !== null) throw new Error(`the engine ended with ${started.exitCode}:\n${said}`);
        const alive = await fetch(`${url}/health/live`).then(
          (response) => response.ok,
          () => false,
        );
        if (alive) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    said: () => said,
  };
};
