/**
 * What authentication costs: node packages/bench/dist/costs/keys.js [keys]
 * Prints one JSON document, in microseconds a request: keys right, unknown and wrong, and tokens without network.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccess } from '@rapport/access';
import { startIssuer } from './issuer';

const ROUNDS = 20_000;
const TOKEN_ROUNDS = 2_000;

const measure = async (keys: number): Promise<unknown> => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-access-cost-'));
  const issuer = await startIssuer();
  const access = await openAccess({
    path: join(folder, 'access.sqlite'),
    oidc: { issuer: issuer.url, audience: 'rapport' },
  });
  try {
    const secrets: string[] = [];
    for (let i = 0; i < keys; i++) secrets.push((await access.createKey({ name: `${i}`, roles: ['ingest'] })).secret);
    const perRequest = async (credentials: (i: number) => string, rounds: number, right: boolean): Promise<number> => {
      const headers = Array.from({ length: rounds }, (_, i) => `Bearer ${credentials(i)}`);
      const once = async (): Promise<void> => {
        for (const header of headers)
          if (((await access.authenticate(header))._tag === 'Right') !== right) throw new Error('Wrong answer.');
      };
      await once();
      const from = process.hrtime.bigint();
      await once();
      return Math.round(Number(process.hrtime.bigint() - from) / rounds / 100) / 10;
    };
    const tokenOf = async (algorithm: string): Promise<number> => {
      const token = await issuer.issue(algorithm, { aud: 'rapport', sub: 'a', roles: ['ingest'] });
      return perRequest(() => token, TOKEN_ROUNDS, true);
    };
    const some = (i: number): string => secrets[i % keys]!;
    return {
      keys,
      microseconds: {
        right: await perRequest(some, ROUNDS, true),
        unknown: await perRequest((i) => some(i).replace(/_[0-9a-f]{16}_/, '_0123456789abcdef_'), ROUNDS, false),
        wrongSecret: await perRequest((i) => `${some(i).slice(0, -4)}AAAA`, ROUNDS, false),
        tokenRS256: await tokenOf('RS256'),
      },
    };
  } finally {
    await access.close();
    await issuer.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

void measure(Number(process.argv[2] ?? 100)).then((result) =>
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`),
);
