import { line, ndjson, type Outcome, type Workplace, workplace } from '../testing/rapport';

/** Late in the evening in Ho Chi Minh City it is still afternoon in UTC. */
const EVENING = '2026-03-31T15:00:00Z';
/** And what happens after midnight there is of the same day in UTC. */
const NIGHT = '2026-03-31T18:30:00Z';
const VIETNAM = ['--tz', 'Asia/Ho_Chi_Minh'];
let place: Workplace;

const order = (id: string, at: string): string =>
  line({ id, occurredAt: at, recordedAt: at, data: { orderId: id, total: 10 } });

beforeAll(async () => {
  place = workplace();
  place.write('orders.ndjson', order('evening', EVENING) + order('night', NIGHT));
  expect((await place.rapport('import', 'orders.ndjson', '--as', 'touchpoints')).code).toBe(0);
});
afterAll(() => place.remove());

const ask = async (...args: readonly string[]): Promise<Outcome> => {
  const outcome = await place.rapport(...args);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};

const touchpointsBy = async (...args: readonly string[]): Promise<number> =>
  Number(JSON.parse((await ask('show', 'c-1', '--json', ...args)).stdout).touchpoints);

test('a day ends where the reader lives', async () => {
  expect(await touchpointsBy('--as-of', '2026-03-31')).toBe(2);
  expect(await touchpointsBy('--as-of', '2026-03-31', ...VIETNAM)).toBe(1);
  expect(await touchpointsBy('--as-of', '2026-04-01', ...VIETNAM)).toBe(2);
  expect(await touchpointsBy('--known-at', '2026-03-31', ...VIETNAM)).toBe(1);
});

test('people read the time of their zone, programs that of UTC', async () => {
  const shown = await ask('timeline', 'c-1', ...VIETNAM);
  expect(shown.stdout).toContain('all instants in Asia/Ho_Chi_Minh');
  expect(shown.stdout).toMatch(/2026-03-31 22:00[\s\S]*2026-04-01 01:30/);
  expect((await ask('show', 'c-1', '--as-of', '2026-04-01', ...VIETNAM)).stdout).toContain(
    'as of 2026-04-01 23:59 +07:00',
  );
  const [first] = ndjson((await ask('timeline', 'c-1', '--json', ...VIETNAM)).stdout);
  expect(JSON.stringify(first)).toContain('2026-03-31T15:00:00.000Z');
  const exported = ndjson((await ask('export', '--as-of', '2026-04-01', ...VIETNAM)).stdout);
  expect(exported).toMatchObject([{ lastTouchpointAt: '2026-03-31T18:30:00.000Z' }]);
});

test('a setting does the same, --tz counts before it, and suggested commands keep the zone', async () => {
  const run = (args: readonly string[]) => place.start(args, { RAPPORT_TZ: 'Asia/Ho_Chi_Minh' }).outcome;
  expect((await run(['timeline', 'c-1'])).stdout).toContain('all instants in Asia/Ho_Chi_Minh');
  expect((await run(['timeline', 'c-1', '--tz', 'UTC'])).stdout).toContain('all instants in UTC');
  const late = await ask('show', 'c-1', '--as-of', '2027-01-01', ...VIETNAM);
  expect(late.stderr).toContain('rapport show c-1 --as-of 2026-04-01 --tz Asia/Ho_Chi_Minh');
});

test('what is no zone is refused, wherever it was given', async () => {
  const flag = await place.rapport('show', 'c-1', '--tz', 'Saigon');
  expect(flag).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^--tz: there is no time zone/) });
  const variable = await place.start(['show', 'c-1'], { RAPPORT_TZ: '+7' }).outcome;
  expect(variable).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^RAPPORT_TZ: there is no time zone "\+7"/),
  });
});
