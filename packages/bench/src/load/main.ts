import '@rapport/runtime/supported-node';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type LoadTestResult, loadTest, PARTS, type Part } from './load-test';
import { planOf } from './parts';
import { isMet, LOAD, type Measured, TARGETS, type Target } from './targets';

const USAGE = `npm run load -- [--seconds N] [--rate N] [--customers N] [--only PART[,PART]]
            [--profile DIR] [--json]

Starts the engine on a fresh data directory and loads it over loopback from a process of its own: batches, single
touchpoints, the way from request to subscriber, and beside them a bare route that stores the same bytes. Then it looks
into the store whether everything is there. About three minutes. Exit 1 when a target is missed.

  --seconds N   how long batches are sent, 60 when absent; the other parts are shorter in proportion
  --customers N of whom the touchpoints are, ${LOAD.customers} when absent
  --rate N      touchpoints per second in batches, ${LOAD.batchRate} when absent
  --only PARTS  of ${PARTS.join(', ')}
  --profile DIR writes profiles of the engine's processor time there, which slows it down
  --json        one JSON document
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: String(LOAD.batchRate) },
    customers: { type: 'string', default: String(LOAD.customers) },
    only: { type: 'string', default: PARTS.join(',') },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const say = (text: string) => process.stderr.write(text);

/** Wrong use. */
class UsageError extends Error {}

const positive = (option: 'seconds' | 'rate' | 'customers'): number => {
  const value = Number(values[option]);
  if (!(value > 0)) throw new UsageError(`--${option} must be a number above 0, got "${values[option]}"`);
  return value;
};

const partsOf = (text: string): readonly Part[] =>
  text.split(',').map((name) => {
    const part = PARTS.find((one) => one === name.trim());
    if (part === undefined) throw new UsageError(`--only: there is no part "${name}"; there are ${PARTS.join(', ')}`);
    return part;
  });

const shown = (value: number, unit: Target['unit']): string =>
  unit === 'ratio' || unit === 'cores'
    ? value.toFixed(2)
    : value < 10
      ? value.toFixed(1)
      : Math.round(value).toLocaleString('en');

const line = (measured: Measured): string => {
  const { name, unit, required }: Target = TARGETS[measured.target];
  const limit =
    required === undefined
      ? ''
      : 'atLeast' in required
        ? `at least ${required.atLeast.toLocaleString('en')}`
        : `at most ${required.atMost.toLocaleString('en')}`;
  const verdict = required === undefined ? '   ' : isMet(measured) ? 'ok ' : 'NOT';
  const value = shown(measured.value, unit).padStart(7);
  const beside = measured.note === undefined ? '' : `\n${' '.repeat(42)}${measured.note}`;
  return `${verdict} ${value} ${unit.padEnd(13)} ${limit.padEnd(16)} ${name}${beside}`;
};

const print = (result: LoadTestResult, enough: boolean): void => {
  const machine = { node: process.version, cpu: cpus()[0]!.model, cores: cpus().length };
  const { measured, wrong, touchpoints, changes } = result;
  if (values.json) {
    const figures = measured.map((one) => ({ ...TARGETS[one.target], ...one, ok: isMet(one) }));
    process.stdout.write(`${JSON.stringify({ ...machine, enough, touchpoints, changes, figures, wrong })}\n`);
    return;
  }
  for (const one of measured) process.stdout.write(`${line(one)}\n`);
  for (const one of wrong) process.stdout.write(`WRONG: ${one}\n`);
  if (wrong.length === 0)
    process.stdout.write(
      `${touchpoints.toLocaleString('en')} acknowledged touchpoints are in the log, once; ` +
        `${changes.toLocaleString('en')} changes were decided, and all of them arrived\n`,
    );
  process.stdout.write(
    `${enough ? 'all met' : 'NOT all met'}, Node ${machine.node}, ${machine.cores} x ${machine.cpu}\n`,
  );
};

const main = async (): Promise<number> => {
  const plan = planOf(positive('seconds'), positive('rate'), Math.ceil(positive('customers')));
  const result = await loadTest({ plan, parts: partsOf(values.only), profile: values.profile, say });
  const enough = result.wrong.length === 0 && result.measured.every(isMet);
  print(result, enough);
  return enough ? 0 : 1;
};

if (values.help) process.stdout.write(USAGE);
else
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const told = error instanceof UsageError ? error.message : error instanceof Error ? error.stack : String(error);
      say(`load: ${told}\n`);
      process.exitCode = 2;
    },
  );
