import { mkdirSync } from 'node:fs';
import { line, ndjson, type Workplace, workplace } from '../testing/rapport';

/** What is said about a mistake: to people, and to programs. */
let place: Workplace;
beforeAll(async () => {
  place = workplace();
  place.write('my orders.ndjson', line({}));
  expect((await place.rapport('import', 'my orders.ndjson', '--as', 'touchpoints', '--data', 'my store')).code).toBe(0);
});
afterAll(() => place.remove());

test.each([
  [['shwo', 'c-1'], 'shwo', 'show'],
  [['swerve'], 'swerve', 'serve'],
  [['swerve', '--help'], 'swerve', 'serve'],
  [['help', 'swerve'], 'swerve', 'serve'],
  [['parked', 'lst'], 'lst', 'list'],
  [['keys', 'lst', '--help'], 'lst', 'list'],
  [['ruleset', 'help', 'publsh'], 'publsh', 'publish'],
  [['webhooks', 'paus', 'sub_1'], 'paus', 'pause'],
  [['--data', 'my store', 'shwo'], 'shwo', 'show'],
])('rapport %j names a command that is none', async (args, wrong, meant) => {
  const { code, stdout, stderr } = await place.rapport(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    `error: unknown command '${wrong}'\n(Did you mean ${meant}?)\n(add --help to see how it is used)\n`,
  );
});

test.each([
  [['help', 'show'], 'rapport show'],
  [['help', 'ruleset', 'publish'], 'rapport ruleset publish'],
  [['ruleset', 'help', 'publish'], 'rapport ruleset publish'],
  [['help'], 'rapport [options] [command]'],
])('rapport %j helps with what it names', async (args, usage) => {
  const { code, stdout } = await place.rapport(...args);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`Usage: ${usage}`) });
});

test.each([
  [['shwo'], 2, "unknown command 'shwo' (Did you mean show?)"],
  [['show'], 2, "missing required argument 'customer'"],
  [['show', 'c-1'], 2, 'rapport-data: there is no such directory'],
  [['show', 'c-2', '--data', 'my store'], 1, 'No touchpoint of a customer "c-2" is recorded'],
  [['show', 'c-1', '--as-of', 'noon', '--data', 'my store'], 2, '--as-of'],
  [['export', '--what', 'nothing'], 2, 'Allowed choices are'],
  [['ruleset'], 2, 'rapport --help'],
  [['import', 'gone.csv', '--as', 'olist'], 2, 'gone.csv'],
  [['config', '--set', 'http.prot=1'], 2, 'did you mean "http.port"'],
])(
  'with --json the failure of rapport %j is one document on stderr, and nothing is on stdout',
  async (args, exitCode, words) => {
    const { code, stdout, stderr } = await place.rapport(...args, '--json');
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    const [problem, ...others] = ndjson(stderr);
    expect(others).toEqual([]);
    expect(problem).toEqual({ title: expect.any(String), detail: expect.stringContaining(words), exitCode });
  },
);

test('commands that a message suggests can be pasted, with names that hold spaces', async () => {
  mkdirSync(place.path('my rules'));
  const retail = await place.rapport('ruleset', 'show', 'retail', '--format', 'yaml');
  place.write('my rules/strict one.yaml', retail.stdout.replace(/^version: 1$/m, 'version: 2'));
  const differing = await place.rapport('ruleset', 'diff', 'retail', 'my rules/strict one.yaml', '--data', 'my store');
  const hint = "rapport replay --ruleset 'my rules/strict one.yaml' --compare --data 'my store'";
  expect(differing).toMatchObject({ code: 1, stderr: expect.stringContaining(hint) });
  const compared = await place.shell(hint);
  expect(compared).toMatchObject({ code: 0, stdout: expect.stringContaining('of 1 customer') });
  const refused = await place.rapport(
    ...['import', 'my orders.ndjson', '--as', 'touchpoints', '--data', 'my store'],
    ...['--ruleset', 'my rules/strict one.yaml'],
  );
  expect(refused.stderr).toContain("rapport rebuild --ruleset 'my rules/strict one.yaml' --data 'my store'");
  const late = await place.rapport('show', 'c-1', '--as-of', '2030-01-01', '--data', 'my store');
  expect(late.stderr).toContain("rapport show c-1 --as-of 2026-01-05 --data 'my store'");
  const backup = await place.rapport('backup', 'my copy', '--data', 'my store');
  expect(backup.stdout + backup.stderr).toContain("rapport verify --data 'my copy'");
});
