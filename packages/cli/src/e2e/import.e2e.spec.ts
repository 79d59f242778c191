import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { eventually } from '@rapport/runtime/testing';
import { line, ndjson, type Workplace, workplace } from '../testing/rapport';

let place: Workplace;
beforeEach(() => {
  place = workplace();
});
afterEach(() => place.remove());

const SELECT = `SELECT 'o-' || n AS id, 's' AS source, 'order.completed' AS type, card AS customer, sold_at AS occurred_at,
  {orderId: n, total: amount} AS data FROM input`;
const CSV = 'n;card;sold_at;amount\n1;0071;2026-01-02;1.5\n2;71;2026-01-02T23:30:00-08:00;2.75\n3;C3;2026-01-04;n/a\n';

const mapping = (csv = CSV): void => {
  place.write('orders.csv', csv);
  place.write('orders.sql', SELECT);
};

const importing = (...args: readonly string[]) => place.rapport('import', 'orders.csv', '--sql', 'orders.sql', ...args);

describe('--dry-run', () => {
  test('shows the layout, each column, the touchpoints and what is rejected, and writes nothing', async () => {
    mapping();
    const { code, stdout, stderr } = await importing('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/orders\.csv {2}CSV, semicolon between values, header in the first line/);
    expect(stdout).toMatch(/card +text/);
    expect(stdout).toMatch(/sold_at +date and time +an instant without offset is taken as UTC/);
    expect(stdout).toMatch(/amount +text +most values are numbers, but line 4 has "n\/a"/);
    expect(stdout).toMatch(
      /"customer":"0071".*"data":\{"orderId":"1","total":1.5\}.*"occurredAt":"2026-01-02T00:00:00.000Z"/,
    );
    expect(stdout).toMatch(/orders\.csv:4: data\.total: expected a number/);
    expect(stderr).toContain('Nothing was recorded');
    expect(existsSync(place.path('rapport-data'))).toBe(false);
  });

  test('as JSON, of as many as are asked for', async () => {
    mapping(`n,card,sold_at,amount\n${Array.from({ length: 30 }, (_, n) => `${n},C${n},2026-01-02,1`).join('\n')}\n`);
    const shown = async (...args: readonly string[]) =>
      JSON.parse((await importing('--dry-run', '--json', ...args)).stdout);
    expect(await shown()).toMatchObject({
      inputs: [{ file: 'orders.csv', columns: [{ name: 'n', kind: 'whole number' }, {}, { kind: 'date' }, {}] }],
      rejected: [],
    });
    expect((await shown()).touchpoints).toHaveLength(5);
    expect((await shown('--limit', '12')).touchpoints).toHaveLength(12);
  });

  test('asks for what it would not guess', async () => {
    mapping('n,card,sold_at,amount\n1,C1,03/04/2026,1\n');
    const { code, stderr } = await importing('--dry-run');
    expect(code).toBe(2);
    expect(stderr).toContain('--dates dmy or --dates mdy');
    const { stdout } = await importing('--dry-run', '--dates', 'dmy');
    expect(stdout).toContain('2026-04-03T00:00:00.000Z');
  });
});

test('the report shows how the file was read, in words and as JSON', async () => {
  mapping();
  const { code, stdout } = await importing();
  expect(code).toBe(0);
  expect(stdout).toMatch(/semicolon between values[\s\S]*amount +text +most values are numbers[\s\S]*2 touchpoints/);
  expect(JSON.parse((await importing('--json')).stdout)).toMatchObject({
    duplicates: 2,
    inputs: [{ layout: expect.stringContaining('semicolon'), columns: [{}, { name: 'card', kind: 'text' }, {}, {}] }],
  });
});

test('--limit records so many and says that there are more', async () => {
  mapping();
  const { code, stdout } = await importing('--limit', '1');
  expect(code).toBe(0);
  expect(stdout).toMatch(/1 {2}recorded[\s\S]*ended at its --limit/);
  expect(stdout).not.toContain('not accounted for');
  expect(JSON.parse((await importing('--json')).stdout)).toMatchObject({ recorded: 1, duplicates: 1 });
});

describe('standard input', () => {
  test.each([
    ['CSV', CSV],
    ['CSV packed with gzip', gzipSync(CSV)],
    [
      'NDJSON',
      '{"n":1,"card":"0071","sold_at":"2026-01-02","amount":1.5}\n{"n":2,"card":"71","sold_at":"2026-01-02","amount":2}\n',
    ],
  ])('is read as %s, and called by its name', async (_, content) => {
    place.write('piped', content);
    place.write('orders.sql', SELECT);
    const { code, stdout } = await place.shell('cat piped | rapport import - --sql orders.sql --rejects r.ndjson');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^standard input {2}/);
    expect(stdout).toMatch(/2 {2}recorded/);
    for (const reject of ndjson(readFileSync(place.path('r.ndjson'), 'utf8')))
      expect(reject).toMatchObject({ file: 'standard input', line: 4 });
  });

  test('as touchpoints; what is wrong with it is told by the same name; nothing is left behind', async () => {
    const left = () => readdirSync(process.env.TMPDIR ?? '/tmp').filter((name) => name.startsWith('rapport-input-'));
    const before = left();
    place.write('piped', line({}));
    expect(await place.shell('rapport import - --as touchpoints < piped')).toMatchObject({ code: 0 });
    const empty = await place.shell('rapport import - --as online-retail < /dev/null');
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('standard input: the file is empty') });
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });
});

describe('a file of which nothing was recorded ends with exit 1 and what it looks like', () => {
  test('a table read as touchpoints', async () => {
    place.write('t.csv', 'n,card\n1,C1\n');
    const { code, stderr } = await place.rapport('import', 't.csv', '--as', 'touchpoints');
    expect(code).toBe(1);
    expect(stderr).toMatch(/t\.csv: nothing of it was recorded\. It looks like CSV with the columns n, card\. .*--sql/);
  });

  test('one of two, and the other is recorded', async () => {
    place.write('t.ndjson', '{"n":1}\n');
    place.write('good.ndjson', line({}));
    const { code, stdout, stderr } = await place.rapport('import', 'good.ndjson', 't.ndjson', '--as', 'touchpoints');
    expect(code).toBe(1);
    expect(stdout).toMatch(/1 {2}recorded/);
    expect(stderr).toMatch(/t\.ndjson: nothing of it was recorded\. It looks like JSON with the keys n\./);
    expect(stderr).not.toContain('good.ndjson: nothing');
  });

  test('one of two that a mapping reads together', async () => {
    mapping();
    place.write('other.csv', 'something;else\nx;y\n');
    const { code, stderr } = await importing('other.csv');
    expect(code).toBe(1);
    expect(stderr).toMatch(/other\.csv: nothing of it was recorded\. It looks like CSV by semicolon/);
    expect(stderr).not.toContain('orders.csv: nothing');
  });

  test('touchpoints read as such are not told to be read as such', async () => {
    place.write('t.ndjson', line({ customer: '' }));
    const { code, stderr } = await place.rapport('import', 't.ndjson', '--as', 'touchpoints');
    expect(code).toBe(1);
    expect(stderr).toMatch(/nothing of it was recorded.*What is wrong with each stands in the file that --rejects/);
  });

  test('an object that holds the touchpoints', async () => {
    place.write('t.json', `{"touchpoints": [${line({})}]}`);
    const { code, stderr } = await place.rapport('import', 't.json', '--as', 'touchpoints');
    expect(code).toBe(1);
    expect(stderr).toContain('It looks like JSON that holds a list in "touchpoints"');
  });

  test('a repeated import is none, and neither is a file without customers', async () => {
    place.write('good.ndjson', line({}));
    for (let i = 0; i < 2; i++)
      expect((await place.rapport('import', 'good.ndjson', '--as', 'touchpoints')).code).toBe(0);
  });
});

test('an array of touchpoints is recorded whole', async () => {
  const all = ['1', '2', '3'].map((id) => JSON.parse(line({ id })));
  place.write('array.json', JSON.stringify(all, null, 2));
  const { code, stdout } = await place.rapport('import', 'array.json', '--as', 'touchpoints');
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/3 {2}recorded/) });
});

test('negative totals of refunds are turned and counted', async () => {
  place.write('r.ndjson', line({ type: 'order.refunded', data: { total: -5 } }));
  const { stdout } = await place.rapport('import', 'r.ndjson', '--as', 'touchpoints');
  expect(stdout).toMatch(
    /taken otherwise[\s\S]*1 {2}order\.refunded: data\.total below 0 is taken as an amount above 0/,
  );
});

test('Ctrl-C stops a mapping that would run for hours', async () => {
  mapping('n,card,sold_at,amount\n1,C1,2026-01-02,1\n');
  place.write('slow.sql', `${SELECT}, range(1000000) a(x), range(1000000) b(y) WHERE hash(x, y) = 1`);
  const { child, outcome } = place.start(['import', 'orders.csv', '--sql', 'slow.sql']);
  await eventually(() => existsSync(place.path('rapport-data/events.sqlite')));
  child.kill('SIGINT');
  expect(await outcome).toMatchObject({ code: 130, stderr: expect.stringContaining('run the same command again') });
});

describe('Ctrl-C at any moment', () => {
  const rows = 20_000;
  const csv = () =>
    `n,card,sold_at,amount\n${Array.from({ length: rows }, (_, n) => `${n},C${n % 500},2026-01-02,1.50`).join('\n')}\n`;

  test('ends with 130 and what to do, or the import had ended; the same command again makes it whole', async () => {
    mapping(csv());
    const began = Date.now();
    const whole = place.start(['import', 'orders.csv', '--sql', 'orders.sql', '--data', 'whole']);
    expect(await whole.outcome).toMatchObject({ code: 0 });
    // The moments are spread over what one import takes on this machine, its beginning included.
    const duration = Date.now() - began;
    const stops = [0.15, 0.35, 0.5, 0.65, 0.85];
    let stopped = 0;
    for (const [i, part] of stops.entries()) {
      const data = `data-${i}`;
      const { child, outcome } = place.start(['import', 'orders.csv', '--sql', 'orders.sql', '--data', data]);
      await new Promise((resolve) => setTimeout(resolve, part * duration));
      child.kill('SIGINT');
      const { code, stderr } = await outcome;
      // Before the program listens, the signal ends it as any other.
      if (code !== 0) {
        expect([130, null]).toContain(code);
        stopped++;
      }
      if (code === 130 && existsSync(place.path(`${data}/events.sqlite`)))
        expect(stderr).toContain('run the same command again');
      const again = await place.rapport('import', 'orders.csv', '--sql', 'orders.sql', '--data', data, '--json');
      const { recorded, duplicates, conflicts } = JSON.parse(again.stdout);
      expect({ code: again.code, all: recorded + duplicates, conflicts }).toEqual({ code: 0, all: rows, conflicts: 0 });
    }
    expect(stopped).toBeGreaterThan(0);
    expect((await place.rapport('verify', '--data', 'data-2')).code).toBe(0);
  }, 240_000);
});
