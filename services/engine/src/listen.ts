import type { AddressInfo } from 'node:net';
import type { createApi } from '@rapport/http-api';
import type { Config } from './config';
import { ServeError } from './serve-error';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there. Stop it, or choose another port with --port (0 takes a free one)',
  EACCES: 'this user may not. Ports below 1024 are the system’s: choose another with --port',
  EADDRNOTAVAIL: 'this machine has no such address. Check --host',
  ENOTFOUND: 'this name has no address. Check --host',
};

/**
 * Begins to take requests. Returns the address to reach it by.
 *
 * @throws ServeError where nothing can be listened to
 */
export const listen = async (app: Awaited<ReturnType<typeof createApi>>, config: Config): Promise<string> => {
  const [host, port] = [config['http.host'], config['http.port']];
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = REASONS[code];
    if (reason === undefined) throw error;
    // The port may become free, and the network may come up after the engine. Rights do not come by themselves.
    throw new ServeError(`Cannot listen on ${host}, port ${port}: ${reason}.`, code !== 'EACCES');
  }
  const scheme = config['http.tls.key'] === undefined ? 'http' : 'https';
  const name = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${name}:${(app.server.address() as AddressInfo).port}`;
};
