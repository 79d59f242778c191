import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** An OIDC issuer on this machine: its discovery document, its keys, and tokens signed with them. */
export interface Issuer {
  readonly url: string;
  /** A token that is valid for an hour, signed with a fresh key. */
  issue(algorithm: string, claims: JWTPayload): Promise<string>;
  stop(): Promise<void>;
}

export const startIssuer = async (): Promise<Issuer> => {
  const keys: JWK[] = [];
  const server = createServer(({ url: path }, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(path === '/keys' ? { keys } : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    issue: async (algorithm, claims) => {
      const { privateKey, publicKey } = await generateKeyPair(algorithm);
      const key = { kid: `${keys.length}`, alg: algorithm };
      keys.push({ ...(await exportJWK(publicKey)), ...key, use: 'sig' });
      return new SignJWT({ ...claims, iss: url }).setProtectedHeader(key).setExpirationTime('1h').sign(privateKey);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
