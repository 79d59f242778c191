import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromSource } from '@rapport/runtime/testing';
import type { Access, CreatedKey } from '../access';
import { accessPlace, bearer } from '../testing/place';

const PROGRAM = fromSource(join(__dirname, '../testing/keys-child.ts'));
const run = promisify(execFile);

let place: ReturnType<typeof accessPlace>;
let access: Access;
beforeEach(async () => {
  place = accessPlace();
});
afterEach(() => place.remove());

const elsewhere = async <T>(...args: readonly string[]): Promise<T> => {
  const { stdout } = await run(process.execPath, [PROGRAM, place.path, ...args]);
  return JSON.parse(stdout) as T;
};

describe('keys that another process manages while this one serves', () => {
  beforeEach(async () => {
    access = await place.open();
  });

  it('are accepted and refused with the next request', async () => {
    const { key, secret } = await elsewhere<CreatedKey>('create', 'report');
    expect(await access.authenticate(bearer(secret))).toMatchObject({ right: { name: 'report', roles: ['analyst'] } });
    expect(await elsewhere('revoke', key.id)).toBe(true);
    expect(await access.authenticate(bearer(secret))).toMatchObject({ left: { kind: 'invalid' } });
  });

  it('wait for one another while both write', async () => {
    const accesses = Array.from({ length: 20 }, (_, i) => access.createKey({ name: `here ${i}`, roles: ['ingest'] }));
    const [there] = await Promise.all([elsewhere<CreatedKey>('create', 'there'), ...accesses]);
    expect(await access.keys()).toHaveLength(21);
    expect(await access.authenticate(bearer(there.secret))).toMatchObject({ _tag: 'Right' });
  });
});

it('makes one first key, however many processes start at once', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => elsewhere<CreatedKey | null>('first')));
  const made = answers.filter((answer) => answer !== null);
  expect(made).toHaveLength(1);
  access = await place.open();
  expect((await access.keys()).map(({ id }) => id)).toEqual([made[0].key.id]);
});
