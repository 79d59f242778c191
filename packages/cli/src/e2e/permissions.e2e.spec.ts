import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { canRunUnprivileged, line, type Workplace, workplace } from '../testing/rapport';

/** What may not be read is not called empty, and nothing is begun anew beside it. */
let place: Workplace;
const when = canRunUnprivileged() ? test : test.skip;

beforeEach(async () => {
  place = workplace();
  chmodSync(place.folder, 0o777);
  place.write('x.ndjson', line({}));
  expect((await place.rapport('import', 'x.ndjson', '--as', 'touchpoints', '--data', 'store')).code).toBe(0);
  await place.rapport('keys', 'create', 'shop', '--role', 'ingest', '--data', 'store');
}, 60_000);
afterEach(() => {
  for (const name of ['store', 'x.ndjson']) chmodSync(place.path(name), 0o700);
  place.remove();
});

const EVERYWHERE = [
  ['show', 'c-1'],
  ['why', 'c-1'],
  ['timeline', 'c-1'],
  ['customers'],
  ['cases'],
  ['verify'],
  ['replay'],
  ['export'],
  ['rebuild'],
  ['parked'],
  ['keys'],
  ['ruleset', 'list'],
  ['ruleset', 'show'],
  ['import', 'x.ndjson', '--as', 'touchpoints'],
  ['demo', '--no-serve', '--customers', '5'],
  ['serve', '--port', '0'],
  ['backup', 'copy'],
] as const;

when(
  'a directory that this user may not enter',
  async () => {
    chmodSync(place.path('store'), 0);
    for (const args of EVERYWHERE) {
      const { code, stdout, stderr } = await place.rapportUnprivileged(...args, '--data', 'store');
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect({ args, stderr }).toEqual({
        args,
        stderr: expect.stringMatching(/store[^\n]* may not be read by this user/),
      });
      expect(stderr).not.toMatch(/no Rapport store|no keys|There is no store|no such|\n\s+at /);
    }
    chmodSync(place.path('store'), 0o700);
    expect(readdirSync(place.path('store'))).not.toContain('demo.json');
  },
  240_000,
);

when(
  'files within a directory that may be entered',
  async () => {
    chmodSync(place.path('store'), 0o755);
    for (const name of readdirSync(place.path('store'))) chmodSync(place.path(`store/${name}`), 0);
    for (const args of EVERYWHERE) {
      const { code, stdout, stderr } = await place.rapportUnprivileged(...args, '--data', 'store');
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect({ args, stderr }).toEqual({
        args,
        stderr: expect.stringMatching(/store[^\n]*(may not be read by this user|has no permission|cannot be opened)/),
      });
      expect(stderr).not.toMatch(/no Rapport store|no keys|There is no store|no such|\n\s+at /);
    }
    for (const name of readdirSync(place.path('store'))) chmodSync(place.path(`store/${name}`), 0o700);
  },
  240_000,
);

when('files that are named on the command line', async () => {
  place.write('rules.yaml', 'ruleset: x');
  place.write('rapport.yaml', 'http: {}');
  for (const name of ['x.ndjson', 'rules.yaml', 'rapport.yaml']) chmodSync(place.path(name), 0);
  for (const args of [
    ['import', 'x.ndjson', '--as', 'touchpoints', '--data', 'other'],
    ['ruleset', 'lint', 'rules.yaml'],
    ['config', '--config', 'rapport.yaml'],
  ]) {
    const { code, stderr } = await place.rapportUnprivileged(...args);
    expect({ args, code }).toEqual({ args, code: 2 });
    expect(stderr).toMatch(/permission|may not be read/);
    expect(stderr).not.toMatch(/no such file|\n\s+at /);
  }
  expect(existsSync(place.path('rules.yaml'))).toBe(true);
});
