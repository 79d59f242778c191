import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, startServer } from './server-process';

/** A server to be loaded, and what a request must carry. */
export interface Server extends ServerProcess {
  readonly headers: Readonly<Record<string, string>>;
}

/** Room for what dies young, as the image and the unit of systemd give it. */
const NODE_ARGUMENTS = ['--max-semi-space-size=48'];

/** The engine as it is run: with keys, full durability and its usual logs, on a fresh data directory. */
export const startEngine = async (data: string, nodeArguments: readonly string[] = []): Promise<Server> => {
  const printed = join(data, 'engine.log');
  const server = await startServer({
    args: () => [...NODE_ARGUMENTS, ...nodeArguments, require.resolve('@rapport/engine-service/main')],
    env: (port) => ({
      RAPPORT_DATA: join(data, 'rapport-data'),
      RAPPORT_HTTP_PORT: String(port),
      RAPPORT_HTTP_HOST: '127.0.0.1',
      RAPPORT_LOG_LEVEL: 'info',
      RAPPORT_LOG_FORMAT: 'json',
    }),
    printed,
  });
  const firstKey = join(data, 'rapport-data', 'first-key');
  if (!existsSync(firstKey)) {
    server.kill();
    throw new Error(`The engine made no first key:\n${readFileSync(printed, 'utf8')}`);
  }
  return { ...server, headers: { authorization: `Bearer ${readFileSync(firstKey, 'utf8').trim()}` } };
};

/** The bare route beside it. */
export const startBare = async (data: string): Promise<Server> => {
  const server = await startServer({
    args: (port) => [join(__dirname, 'bare-server.js'), join(data, 'bare.sqlite'), String(port)],
    printed: join(data, 'bare.log'),
  });
  return { ...server, headers: {} };
};
