import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ndjson, type Outcome, type Workplace, workplace } from '../testing/rapport';

const END = '2026-06-30';
let place: Workplace;
let imported: Outcome;
let customer: string;

beforeAll(async () => {
  place = workplace();
  const simulated = await place.rapport('simulate', '--customers', '60', '--seed', '5', '--out', 'company.ndjson');
  expect(simulated).toMatchObject({ code: 0, stdout: '' });
  imported = await place.rapport('import', 'company.ndjson', '--as', 'touchpoints', '--json');
  const truth = ndjson(readFileSync(place.path('company.ndjson.truth.ndjson'), 'utf8'));
  const loyal = [...truth].sort((a, b) => Number(b.orders) - Number(a.orders))[0];
  customer = String(loyal.customer);
});
afterAll(() => place.remove());

const ask = async (...args: readonly string[]): Promise<Outcome> => {
  const outcome = await place.rapport(...args);
  expect(outcome.stderr).not.toMatch(/\n\s+at /);
  return outcome;
};

const lines = (): readonly string[] => readFileSync(place.path('company.ndjson'), 'utf8').trim().split('\n');

test('an import accounts for every line', () => {
  expect(imported).toMatchObject({ code: 0, stderr: '' });
  const count = lines().length;
  expect(JSON.parse(imported.stdout)).toMatchObject({
    read: { touchpoints: count, rejected: 0 },
    recorded: count,
    duplicates: 0,
    conflicts: 0,
    files: [{ lines: count, becameTouchpoints: count, unaccounted: 0 }],
  });
});

test('importing a file again adds nothing', async () => {
  place.write('again.ndjson.gz', gzipSync(lines().join('\n')));
  const again = await ask('import', 'again.ndjson.gz', '--as', 'touchpoints', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ recorded: 0, duplicates: lines().length });
});

test('show tells one relationship, for people and for programs', async () => {
  const told = await ask('show', customer, '--as-of', END);
  expect(told).toMatchObject({ code: 0, stderr: '' });
  for (const part of [customer, 'as of 2026-06-30', 'Attract', 'Factors', 'Satisfaction', 'Purchase activity'])
    expect(told.stdout).toContain(part);
  expect(told.stdout.split('\n').filter((one) => one.length > 100)).toEqual([]);
  const document = JSON.parse((await ask('show', customer, '--as-of', END, '--json')).stdout);
  expect(document).toMatchObject({ customer, asOf: '2026-06-30T23:59:59.999Z', ruleset: { name: 'retail' } });
  expect(Object.keys(document.factors)).toContain('trust');
  expect(document.crossSell.kind).toMatch(/candidates|withheld/);
});

test('every command that prints words prints them in the language asked for', async () => {
  const inVietnamese = async (...args: readonly string[]) => (await ask(...args, '--lang', 'vi')).stdout;
  expect(await inVietnamese('show', customer, '--as-of', END)).toMatch(/Yếu tố[\s\S]*Lòng tin/);
  expect(await inVietnamese('why', customer, '--as-of', END)).toMatch(/Lòng tin[\s\S]*điểm khởi đầu/);
  expect(await inVietnamese('timeline', customer)).toMatch(/xảy ra[\s\S]*Mức độ mua hàng/);
  expect(await inVietnamese('candidates', customer, '--as-of', END)).toMatch(/tính đến/);
  expect(await inVietnamese('replay')).toMatch(/Thu hút/);
  const { reasons } = JSON.parse(await inVietnamese('why', customer, '--as-of', END, '--json'));
  expect(Object.values(reasons)).toContain('Mua hàng');
});

test('the language may be a setting; labels that it lacks are in English', async () => {
  const vietnamese = await place.rapportWith({ RAPPORT_LANG: 'vi-VN' }, 'show', customer, '--as-of', END);
  expect(vietnamese.stdout).toMatch(/Yếu tố[\s\S]*Lòng tin/);
  expect((await ask('show', customer, '--as-of', END, '--lang', 'de')).stdout).toMatch(/Factors[\s\S]*Trust/);
  const { code, stderr } = await ask('show', customer, '--lang', 'english!');
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--lang: expected a language tag') });
});

test('before anything had happened there is nothing to show', async () => {
  expect((await ask('show', customer, '--as-of', '2001-01-01')).stdout).toContain('Nothing had happened yet');
  expect(JSON.parse((await ask('show', customer, '--as-of', '2001-01-01', '--json')).stdout).stage).toBeNull();
});

test('a last touchpoint long ago is pointed out on stderr', async () => {
  const { stderr } = await ask('show', customer, '--as-of', '2030-01-01');
  expect(stderr).toMatch(/rapport show \S+ --as-of \d{4}-\d\d-\d\d/);
});

test('an unknown customer is a no, with the nearest ids', async () => {
  const { code, stderr, stdout } = await ask('show', customer.slice(0, -1));
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/No touchpoint of a customer[\s\S]*Near it: c-\d+/);
});

test('the points that why prints add up to the score', async () => {
  const { stdout } = await ask('why', customer, '--factor', 'trust', '--all', '--as-of', END);
  const numbers = [...stdout.matchAll(/^\s*([+−]?\d+\.\d\d) {2}/gm)].map(([, n]) => Number(n.replace('−', '-')));
  const score = numbers.pop()!;
  const sum = numbers.reduce((a, b) => a + b, 0);
  expect(numbers.length).toBeGreaterThan(3);
  expect(Math.abs(sum - score)).toBeLessThan(0.005 * (numbers.length + 1));
});

test('each point that why prints can be computed again from what it prints', async () => {
  const { stdout } = await ask('why', customer, '--factor', 'trust', '--all', '--as-of', END);
  const number = (text: string): number => Number(text.replace('−', '-'));
  const total = number(/ = ([\d.]+);/.exec(stdout)![1]);
  const rows = [...stdout.matchAll(/^ *([+−]\d+\.\d\d) +(-?[\d.]+) +([\d.]+) +([\d.]+) /gm)];
  expect(rows.length).toBeGreaterThan(3);
  for (const [, points, weight, scale, ageFactor] of rows)
    expect(((100 * number(weight) * number(scale) * number(ageFactor)) / total) * 0.5).toBeCloseTo(number(points), 1);
});

test('why has the shape of evaluate, and what is missing in words', async () => {
  const document = JSON.parse((await ask('why', customer, '--as-of', END, '--json')).stdout);
  expect(Object.keys(document)).toEqual(
    expect.arrayContaining(['stage', 'since', 'history', 'factors', 'metrics', 'signals', 'contributions', 'reasons']),
  );
  const told = (await ask('why', customer, '--as-of', END, '--stage')).stdout;
  expect(told).toContain('Stages');
  expect(told).not.toContain('where everyone begins');
});

test('why names the factors there are when asked for another', async () => {
  expect(await ask('why', customer, '--factor', 'luck')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('trust, satisfaction, value'),
  });
});

test('a timeline is in order of time and has both clocks', async () => {
  const entries = ndjson((await ask('timeline', customer, '--json')).stdout);
  const instants = entries.map(({ occurredAt }) => String(occurredAt));
  expect(instants).toEqual([...instants].sort());
  const touchpoints = entries.filter(({ kind }) => kind === 'touchpoint');
  expect(touchpoints).toHaveLength(lines().filter((one) => JSON.parse(one).subject === customer).length);
  for (const { occurredAt, recordedAt } of touchpoints) expect(String(recordedAt) >= String(occurredAt)).toBe(true);
  expect(entries.some(({ kind }) => kind === 'stage')).toBe(true);
  expect((await ask('timeline', customer, '--limit', '3')).stdout.trim().split('\n').length).toBeGreaterThan(3);
});

test('candidates are ranked, and limited', async () => {
  const { stdout } = await ask('candidates', customer, '--as-of', END, '--limit', '4', '--json');
  const reply = JSON.parse(stdout);
  if (reply.kind === 'withheld') expect(reply.reason).not.toBe('');
  else expect(reply.candidates.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2, 3, 4]);
});

test('a replay counts everybody who was there, in every number of threads', async () => {
  const [one, two] = await Promise.all(
    ['1', '2'].map(async (workers) =>
      JSON.parse((await ask('replay', '--as-of', END, '--workers', workers, '--json')).stdout),
    ),
  );
  expect(one.population).toEqual(two.population);
  expect(one.customers).toBe(60);
  expect(one.touchpoints).toBe(lines().length);
  expect((await ask('replay', '--as-of', END)).stdout).toMatch(/Loyal +\d+/);
});

test('a rebuild leaves nothing for verify to find', async () => {
  expect(await ask('rebuild')).toMatchObject({ code: 0, stdout: expect.stringContaining('60 customers') });
  const verified = JSON.parse((await ask('verify', '--json')).stdout);
  expect(verified).toMatchObject({ sound: true, log: { problems: [] }, relationships: { customers: 60 } });
});

test('nobody is parked', async () => {
  expect(await ask('parked')).toMatchObject({ code: 0, stdout: 'No customer is parked.\n' });
  expect(await ask('parked', 'list', '--json')).toMatchObject({ code: 0, stdout: '' });
  expect(JSON.parse((await ask('parked', 'retry', '--json')).stdout)).toEqual({ retried: 0, released: [], still: [] });
});

test('exported touchpoints are taken back by an import', async () => {
  const exported = await ask('export', '--what', 'touchpoints', '--out', 'backup.ndjson');
  expect(exported).toMatchObject({ code: 0, stdout: '' });
  expect(ndjson(readFileSync(place.path('backup.ndjson'), 'utf8'))[0]).toMatchObject({ specversion: '1.0' });
  const back = await ask('import', 'backup.ndjson', '--as', 'touchpoints', '--json', '--data', 'copy');
  expect(JSON.parse(back.stdout)).toMatchObject({ recorded: lines().length, conflicts: 0 });
  const same = await ask('import', 'company.ndjson', '--as', 'touchpoints', '--json', '--data', 'copy');
  expect(JSON.parse(same.stdout)).toMatchObject({ recorded: 0, conflicts: 0 });
});

test.each(['relationships', 'stage-changes', 'candidates'])('%s are exported as rows', async (what) => {
  const rows = ndjson((await ask('export', '--what', what, '--as-of', END)).stdout);
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) expect(row.customer).toMatch(/^c-\d+$/);
});

test('exports as CSV have a header, as Parquet a file', async () => {
  const csv = (await ask('export', '--format', 'csv', '--as-of', END)).stdout.split('\n');
  expect(csv[0]).toMatch(/^customer,stage,since,factor_trust/);
  expect(csv.filter((one) => one !== '')).toHaveLength(61);
  const report = JSON.parse((await ask('export', '--format', 'parquet', '--out', 'r.parquet', '--json')).stdout);
  expect(report).toMatchObject({ what: 'relationships', rows: 60, out: 'r.parquet' });
  expect(readFileSync(place.path('r.parquet')).subarray(0, 4).toString()).toBe('PAR1');
});

test('an export into a folder that is not there says so, and leaves nothing', async () => {
  const { code, stderr } = await ask('export', '--out', 'no/where/r.ndjson');
  expect(code).toBe(2);
  expect(stderr).toContain('no/where');
  expect(existsSync(place.path('no'))).toBe(false);
});

test('the same seed gives the same bytes, to a file and to stdout', async () => {
  const { stdout } = await ask('simulate', '--customers', '60', '--seed', '5');
  expect(stdout).toBe(readFileSync(place.path('company.ndjson'), 'utf8'));
});

test('a reader that has enough ends the command quietly', async () => {
  const { child, outcome } = place.start(['simulate', '--customers', '5000', '--seed', '5']);
  child.stdout!.once('data', () => child.stdout!.destroy());
  expect(await outcome).toMatchObject({ code: 0, stderr: '' });
});
