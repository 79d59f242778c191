import { line, ndjson, type Outcome, type Workplace, workplace } from '../testing/rapport';

let place: Workplace;

const at = (day: number): string => `2026-01-${String(day).padStart(2, '0')}T10:00:00Z`;
const order = (id: string, customer: string, day: number, sku: string): string =>
  line({ id, customer, occurredAt: at(day), recordedAt: at(day), data: { total: 30, items: [{ sku }] } });

const HISTORY = [
  order('1', 'anna', 2, 'tea'),
  order('2', 'a.nguyen', 4, 'cup'),
  order('3', 'a.nguyen', 6, 'pot'),
  order('4', 'other', 6, 'pot'),
  line({
    id: '5',
    source: 'crm',
    type: 'customer.merged',
    customer: 'a.nguyen',
    data: { into: 'anna' },
    occurredAt: at(10),
    recordedAt: at(12),
  }),
].join('');

const ask = async (...args: readonly string[]): Promise<Outcome> => {
  const outcome = await place.rapport(...args);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};
const json = async (...args: readonly string[]) => JSON.parse((await ask(...args, '--json')).stdout);

beforeAll(async () => {
  place = workplace();
  place.write('history.ndjson', HISTORY);
  await ask('import', 'history.ndjson', '--as', 'touchpoints');
});
afterAll(() => place.remove());

const DAY_20 = ['--as-of', '2026-01-20'];

test('asked for a merged customer, the survivor answers and says so', async () => {
  const survivor = await json('show', 'anna', ...DAY_20);
  expect(survivor).toMatchObject({ customer: 'anna', mergedCustomers: ['a.nguyen'], touchpoints: 3 });
  expect(survivor).not.toHaveProperty('askedFor');
  expect(await json('show', 'a.nguyen', ...DAY_20)).toEqual({ ...survivor, askedFor: 'a.nguyen' });
  expect(await json('why', 'a.nguyen', ...DAY_20)).toMatchObject({ customer: 'anna', askedFor: 'a.nguyen' });
  expect(await json('candidates', 'a.nguyen', ...DAY_20)).toMatchObject({ customer: 'anna', askedFor: 'a.nguyen' });
  for (const command of ['show', 'why', 'candidates'])
    expect((await ask(command, 'a.nguyen', ...DAY_20)).stdout).toContain(
      'a.nguyen is merged into anna. With the history of a.nguyen',
    );
  expect((await ask('show', 'anna', ...DAY_20)).stdout.split('\n')[1]).toBe('With the history of a.nguyen');
});

test('before the merge happened, or was known, there were two', async () => {
  for (const view of [
    ['--as-of', '2026-01-09'],
    [...DAY_20, '--known-at', '2026-01-11'],
  ]) {
    const alone = await json('show', 'a.nguyen', ...view);
    expect(alone).toMatchObject({ customer: 'a.nguyen', touchpoints: 2 });
    expect(alone).not.toHaveProperty('mergedCustomers');
    expect(await json('show', 'anna', ...view)).toMatchObject({ touchpoints: 1 });
  }
});

test('the timeline of a survivor has the touchpoints of everyone, and whose they are', async () => {
  const entries = ndjson((await ask('timeline', 'a.nguyen', '--json')).stdout);
  const touchpoints = entries.filter(({ kind }) => kind === 'touchpoint');
  expect(touchpoints.map(({ customer, type }) => [customer, type])).toEqual([
    ['anna', 'order.completed'],
    ['a.nguyen', 'order.completed'],
    ['a.nguyen', 'order.completed'],
    ['a.nguyen', 'customer.merged'],
  ]);
  const told = (await ask('timeline', 'anna')).stdout;
  expect(told).toMatch(/^anna .*\nWith the history of a\.nguyen/);
  expect(told).toMatch(/order\.completed +of a\.nguyen total 30/);
});

test('an evaluation of the file, an export, a replay and the read model have one relationship of them', async () => {
  const evaluate = ['evaluate', '--ruleset', 'retail', '--touchpoints', 'history.ndjson'];
  const evaluated = ndjson((await ask(...evaluate, ...DAY_20, '--json')).stdout);
  expect(evaluated.map(({ customer, mergedCustomers }) => [customer, mergedCustomers])).toEqual([
    ['anna', ['a.nguyen']],
    ['other', undefined],
  ]);
  const { stage } = await json('show', 'anna', ...DAY_20);
  expect(evaluated[0].stage).toBe(stage);
  expect((await ask(...evaluate, ...DAY_20)).stdout).toContain('With the history of a.nguyen');
  const before = ndjson((await ask(...evaluate, '--as-of', '2026-01-09', '--json')).stdout);
  expect(before.map(({ customer }) => customer)).toEqual(['anna', 'a.nguyen', 'other']);

  const exported = ndjson((await ask('export', ...DAY_20)).stdout);
  expect(exported.map(({ customer, touchpoints }) => [customer, touchpoints]).sort()).toEqual([
    ['anna', 3],
    ['other', 1],
  ]);
  expect(await json('replay', ...DAY_20)).toMatchObject({ customers: 2 });
  expect(await json('replay', '--as-of', '2026-01-09')).toMatchObject({ customers: 3 });
  expect(await json('rebuild')).toMatchObject({ customers: 2 });
  expect(await json('verify')).toMatchObject({ sound: true, relationships: { customers: 2 } });
});

test('taken out again, she is who she was', async () => {
  // Baskets are counted by who is who today.
  const alone = async () => ({ ...(await json('show', 'a.nguyen', '--as-of', '2026-01-09')), crossSell: undefined });
  const before = await alone();
  place.write(
    'undo.ndjson',
    line({ id: '6', source: 'crm', type: 'customer.unmerged', customer: 'a.nguyen', occurredAt: at(14) }),
  );
  await ask('import', 'undo.ndjson', '--as', 'touchpoints');
  expect(await json('show', 'a.nguyen', ...DAY_20)).toMatchObject({ customer: 'a.nguyen', touchpoints: 2 });
  expect(await alone()).toEqual(before);
  expect(await json('show', 'a.nguyen', '--as-of', '2026-01-13')).toMatchObject({ customer: 'anna', touchpoints: 3 });
  expect(await json('verify')).toMatchObject({ sound: true, relationships: { customers: 3 } });
});
