import { type Workplace, workplace } from '../testing/rapport';

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

test('the help of a command goes to stdout', async () => {
  expect(await place.rapport('show', '--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('$ rapport show'),
    stderr: '',
  });
});

test('without a command there is help, with --version a version', async () => {
  expect(await place.rapport()).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: rapport') });
  expect((await place.rapport('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [['shwo'], /unknown command 'shwo'[\s\S]*show/],
  [['show'], /missing required argument 'customer'/],
  [['show', 'a', 'b'], /too many arguments/],
  [['show', 'a', '--as-off', '2026-01-01'], /--as-of/],
  [['simulate', '--customers', 'many', '--seed', '1'], /whole number of at least 1/],
  [['simulate', '--customers', '1', '--seed', '1', '--months', '999'], /"months" must be an integer from 1 to 240/],
  [['import', 'x.csv'], /--as touchpoints/],
  [['import', 'x.csv', '--as', 'excel'], /online-retail/],
  [['why', 'a', '--stage', '--factor', 'trust'], /cannot be used with/],
  [['replay', '--compare', '--data', 'nowhere'], /nowhere/],
])('wrong use: %j', async (args, message) => {
  const { code, stdout, stderr } = await place.rapport(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

test.each([['show', 'c-1'], ['verify'], ['replay'], ['rebuild'], ['export'], ['parked']])(
  'where there is no store, %s says how to get one and makes none',
  async (...args) => {
    const { code, stderr } = await place.rapport(...args, '--data', 'empty');
    expect(code).toBe(2);
    expect(stderr).toMatch(/empty: there is no such directory\. Fill one with "rapport demo"/);
  },
);
