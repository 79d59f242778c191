import '@rapport/runtime/supported-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_END } from '@rapport/simulator';
import { benchFold } from './bench-fold';
import { benchLate } from './bench-late';
import { benchLog } from './bench-log';
import { benchReplay } from './bench-replay';
import { benchStart } from './bench-start';
import { type Figure, isEnough } from './figure';
import { createWorkload, type Workload } from './workload';

const USAGE = `npm run bench -- [--json] [--touchpoints N] [--customers N]

Measures the engine beside the bare driver doing the same work in the same run, and checks every result.
Without options: 1,000,000 simulated touchpoints of 50,000 customers. Exit 1 when a figure is not met.
`;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    touchpoints: { type: 'string', default: '1000000' },
    customers: { type: 'string', default: '50000' },
    help: { type: 'boolean', default: false },
  },
});

const say = (text: string) => process.stderr.write(text);

const show = (figure: Figure): string => {
  const { name, value, unit, required, ours, reference, wrong } = figure;
  const digits = unit === 'ratio' ? 2 : 0;
  const limit = 'atLeast' in required ? `at least ${required.atLeast}` : `at most ${required.atMost}`;
  const beside = ours === undefined ? '' : `   ${ours} beside ${reference}`;
  const verdict = isEnough(figure) ? 'ok ' : 'NOT';
  return [
    `${verdict} ${value.toFixed(digits).padStart(6)} ${unit === 'ratio' ? '     ' : unit.padEnd(5)} ${limit.padEnd(13)} ${name}`,
    ...(beside === '' ? [] : [`                              ${beside.trimStart()}`]),
    ...wrong.map((what) => `                              WRONG: ${what}`),
  ].join('\n');
};

/** What needs the touchpoints in memory; they are let go before anything else is measured. Returns a customer. */
const benchWorkload = async (
  workload: Workload,
  log: string,
  data: string,
  add: (...found: readonly Figure[]) => void,
): Promise<string> => {
  const total = workload.lines.length;
  add(await benchFold(workload, DEFAULT_END));
  const paths = { log, bare: join(data, 'bare.sqlite') };
  add(
    ...(await benchLog(paths, workload, (done) => {
      if (done % 100_000 === 0) say(`recorded ${done.toLocaleString('en')}\n`);
    })),
  );
  return workload.slice(total - 1, total)[0]!.customer;
};

const main = async (): Promise<number> => {
  const touchpoints = Number(values.touchpoints);
  const customers = Number(values.customers);
  const data = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  const figures: Figure[] = [];
  const add = (...found: readonly Figure[]) => {
    figures.push(...found);
    if (!values.json) for (const figure of found) process.stdout.write(`${show(figure)}\n`);
  };
  try {
    say(`simulating ${touchpoints.toLocaleString('en')} touchpoints of ${customers.toLocaleString('en')} customers\n`);
    const log = { kind: 'sqlite', path: join(data, 'events.sqlite') } as const;
    const customer = await benchWorkload(createWorkload(touchpoints, customers), log.path, data, add);
    rmSync(join(data, 'bare.sqlite'));
    const appended = 16_000;
    const readModel = join(data, 'relationships.sqlite');
    add(...(await benchReplay({ log, readModel, touchpoints: touchpoints + appended, asOf: DEFAULT_END })));
    add(await benchLate(data));
    add(await benchStart(data, customer));
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
  const machine = { node: process.version, cpu: cpus()[0]!.model, cores: cpus().length };
  const enough = figures.every(isEnough);
  if (values.json)
    process.stdout.write(
      `${JSON.stringify({ ...machine, touchpoints, customers, enough, figures: figures.map((one) => ({ ...one, ok: isEnough(one) })) })}\n`,
    );
  else
    process.stdout.write(
      `${enough ? 'all met' : 'NOT all met'}, Node ${machine.node}, ${machine.cores} x ${machine.cpu}\n`,
    );
  return enough ? 0 : 1;
};

if (values.help) process.stdout.write(USAGE);
else
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      say(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exitCode = 2;
    },
  );
