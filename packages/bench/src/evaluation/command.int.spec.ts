import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import { evaluateCommand } from './command';
import type { EvaluationReport } from './evaluation';
import { tinyRetailFile } from './testing/tiny-retail';

const tiny = tinyRetailFile();
afterAll(() => rmSync(tiny.directory, { recursive: true }));

const run = async (...args: readonly string[]) => {
  const printed: string[] = [];
  const notes: string[] = [];
  const code = await evaluateCommand(args, {
    style: createColors(false),
    print: (text) => printed.push(text),
    note: (text) => notes.push(text),
  });
  return { code, printed: printed.join('\n'), notes: notes.join('\n') };
};
const FEW = ['--customers', '300'];

test('prints stages, baselines, candidates and the simulated company, and judges every requirement', async () => {
  const { code, printed } = await run('--data', tiny.file, ...FEW);
  for (const words of [
    'tiny.csv',
    '2 of the 8 customers known by then did',
    'baseline: RFM, in fifths',
    'stage less RFM in fifths',
    'baseline: most popular unbought',
    '2011-04-30',
    'chosen on this very file',
    '300 simulated customers, seed 31',
    'Requirements',
  ])
    expect(printed).toContain(words);
  expect(printed.match(/^ {2}(ok|NOT met) /gm)).toHaveLength(4);
  expect(printed).not.toMatch(/NaN|undefined|Infinity/);
  expect(code).toBe(printed.includes('NOT met') ? 1 : 0);
});

test('prints one document and nothing else when asked for JSON, the same every time', async () => {
  const [first, second] = [
    await run('--data', tiny.file, '--json', ...FEW),
    await run('--data', tiny.file, '--json', ...FEW),
  ];
  const document = JSON.parse(first.printed) as EvaluationReport;
  expect(document.ruleset.name).toBe('retail');
  expect(document.real?.prediction).toMatchObject({ customers: 8, bought: 2 });
  expect(document.simulated.groups.map(({ group }) => group)).toEqual(['everyone', 'buyers', 'buyers not lost']);
  expect(document.requirements.map(({ id }) => id)).toEqual([
    'stage-as-good-as-rfm',
    'rates-rise',
    'candidates-beat-popularity',
    'recovery-in-order',
  ]);
  expect(second.printed).toBe(first.printed);
});

test('without the real file says so, evaluates the simulated company, and ends with 2', async () => {
  const absent = join(tiny.directory, 'absent.csv');
  const { code, printed, notes } = await run('--data', absent, ...FEW);
  expect(code).toBe(2);
  expect(notes).toContain(`there is no file ${absent}`);
  expect(printed).toContain('Simulated company');
  expect(printed).not.toContain('Real orders');
});

test('evaluates the simulated company alone when that is what was asked for', async () => {
  const { code, printed } = await run('--simulated-only', ...FEW);
  expect(code).toBe(0);
  expect(printed).not.toContain('Real orders');
});

test.each([
  [['--custmers', '3'], '--custmers'],
  [['--customers', 'many'], '--customers must be a whole number of at least 1, got "many"'],
  [['--simulated-only', '--data', 'x.csv'], 'exclude each other'],
  [['--data', __filename], 'evaluate:'],
])('refuses %j', async (args, words) => {
  const { code, printed, notes } = await run(...args);
  expect({ code, printed }).toEqual({ code: 2, printed: '' });
  expect(notes).toContain(words);
});

test('a requirement that cannot be judged for want of customers is not met', async () => {
  const { code, printed } = await run('--simulated-only', '--customers', '1');
  expect(code).toBe(1);
  expect(printed).toMatch(/NOT met .* unknown against unknown points/);
});

test('explains itself', async () => {
  const { code, printed } = await run('--help');
  expect(code).toBe(0);
  expect(printed).toContain('npm run evaluate');
});
