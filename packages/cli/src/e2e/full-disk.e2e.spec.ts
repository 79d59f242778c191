import { spawnSync } from 'node:child_process';
import { line, type Workplace, workplace } from '../testing/rapport';

let place: Workplace;
beforeEach(() => {
  place = workplace();
});
afterEach(() => place.remove());

const hasLimits = spawnSync('bash', ['-c', 'ulimit -f 100']).status === 0;
if (!hasLimits) process.stderr.write('SKIPPED: imports onto a full disk, for want of a bash with ulimit -f\n');

const LINES = 10_000;
const TOLD =
  /^The disk of rapport-data\/(\S+) is full \(.*limit on the size of files.*Nothing of this operation was stored; make room and do it again/m;

const expectSound = async (): Promise<void> => {
  const { code, stdout } = await place.rapport('verify', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    sound: true,
    // That rules came into force is one more.
    log: { events: LINES + 1, problems: [] },
    relationships: { touchpoints: LINES, customers: 500 },
  });
};

(hasLimits ? test : test.skip)(
  'what a full disk stops says where and what to do, and completes once there is room; nothing is lost',
  async () => {
    place.write(
      'many.ndjson',
      Array.from({ length: LINES }, (_, i) => line({ id: String(i), customer: `c-${i % 500}` })).join(''),
    );
    const expectFull = async (kibibytes: number, file: string, ...args: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await place.rapportWithin(kibibytes, ...args);
      expect({ kibibytes, code, stdout }).toEqual({ kibibytes, code: 2, stdout: '' });
      expect(stderr).toMatch(TOLD);
      expect(TOLD.exec(stderr)?.[1]).toBe(file);
    };
    const command = ['import', 'many.ndjson', '--as', 'touchpoints', '--json'];
    // Before there is anything in the log, and twice in the middle of it.
    for (const kibibytes of [64, 400, 600]) await expectFull(kibibytes, 'events.sqlite', ...command);
    const completed = await place.rapport(...command);
    expect(completed.code).toBe(0);
    const { recorded, duplicates } = JSON.parse(completed.stdout);
    expect(recorded + duplicates).toBe(LINES);
    expect(recorded).toBeGreaterThan(0);
    expect(duplicates).toBeGreaterThan(0);
    await expectSound();

    await expectFull(200, 'relationships.sqlite.building', 'rebuild', '--json');
    await expectSound();
    expect((await place.rapport('rebuild')).code).toBe(0);
    await expectSound();
  },
);
