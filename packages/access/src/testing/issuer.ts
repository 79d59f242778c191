import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, type KeyLike, SignJWT } from 'jose';

export interface SigningKey {
  readonly id: string;
  readonly algorithm: string;
  readonly privateKey: KeyLike;
  readonly publicKey: KeyLike;
}

export const signingKey = async (id: string, algorithm = 'ES256'): Promise<SigningKey> => ({
  id,
  algorithm,
  ...(await generateKeyPair(algorithm)),
});

/** An OIDC issuer on a socket of this machine, as far as those who check its tokens see it. */
export interface TestIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** What has been asked for, in order. */
  readonly asked: readonly string[];
  publish(...keys: readonly SigningKey[]): void;
  /** What the discovery document says otherwise than usual. */
  claim(changes: Readonly<Record<string, unknown>>): void;
  /** Stops answering; the port stays its own. */
  fail(status: number | undefined): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const testIssuer = async (): Promise<TestIssuer> => {
  let published: readonly SigningKey[] = [];
  let changes: Readonly<Record<string, unknown>> = {};
  let failing: number | undefined;
  let port = 0;
  let server: Server | undefined;
  const asked: string[] = [];
  const issuer = () => `http://127.0.0.1:${port}/realms/shop`;
  const answer = async (url: string): Promise<unknown> => {
    if (url === '/realms/shop/.well-known/openid-configuration')
      return { issuer: issuer(), jwks_uri: `${issuer()}/certs`, ...changes };
    if (url === '/realms/shop/certs') {
      const keys = published.map(async ({ id, algorithm, publicKey }) => ({
        ...(await exportJWK(publicKey)),
        kid: id,
        alg: algorithm,
        use: 'sig',
      }));
      return { keys: await Promise.all(keys) };
    }
    return undefined;
  };
  const start = async (): Promise<void> => {
    const begun = createServer(async ({ url = '' }, response) => {
      asked.push(url);
      const body = failing === undefined ? await answer(url) : undefined;
      response.writeHead(failing ?? (body === undefined ? 404 : 200), { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
    await new Promise<void>((resolve) => begun.listen(port, '127.0.0.1', resolve));
    port = (begun.address() as AddressInfo).port;
    server = begun;
  };
  await start();
  return {
    issuer: issuer(),
    jwksUri: `${issuer()}/certs`,
    asked,
    publish: (...keys) => {
      published = keys;
    },
    claim: (given) => {
      changes = given;
    },
    fail: (status) => {
      failing = status;
    },
    start,
    stop: async () => {
      const ending = server;
      server = undefined;
      ending?.closeAllConnections();
      if (ending !== undefined) await new Promise((resolve) => ending.close(resolve));
    },
  };
};

/** A token as the key signs it. */
export const signToken = (
  { id, algorithm, privateKey }: SigningKey,
  claims: JWTPayload & { readonly [name: string]: unknown },
): Promise<string> => new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: id, typ: 'JWT' }).sign(privateKey);
