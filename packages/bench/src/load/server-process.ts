import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { request } from 'undici';

/** A server in a process of its own, on loopback. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Asks it to stop and waits until it has; rejects when it ended with an error. */
  stop(): Promise<void>;
  /** At once, where something failed. */
  kill(): void;
}

const PATIENCE_MS = 60_000;

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const ready = async (url: string, child: ChildProcess, said: () => string): Promise<void> => {
  const start = performance.now();
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${said()}`);
    const status = await request(`${url}/health/ready`).then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      },
      () => 0,
    );
    if (status === 200) return;
    if (performance.now() - start > PATIENCE_MS) throw new Error(`The server is not ready (${status}):\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export interface ServerStart {
  /** Of Node, from the port that was chosen. */
  readonly args: (port: number) => readonly string[];
  readonly env?: (port: number) => Readonly<Record<string, string>>;
  /** What it prints goes here, so that reading it costs the client nothing. */
  readonly printed: string;
}

export const startServer = async ({ args, env, printed }: ServerStart): Promise<ServerProcess> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const out = openSync(printed, 'w', 0o600);
  const child = spawn(process.execPath, args(port), {
    stdio: ['ignore', out, out],
    env: { ...process.env, ...env?.(port) },
  });
  closeSync(out);
  const said = () => readFileSync(printed, 'utf8').slice(-4_000);
  const ended = once(child, 'exit');
  try {
    await ready(url, child, said);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    url,
    pid: child.pid as number,
    stop: async () => {
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      if (code !== 0) throw new Error(`The server ended with ${code ?? signal}:\n${said()}`);
    },
    kill: () => void child.kill('SIGKILL'),
  };
};
