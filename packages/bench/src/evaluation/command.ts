import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { RETAIL } from '@rapport/domain';
import { ImportError } from '@rapport/files';
import { SimulationOptionsError } from '@rapport/simulator';
import { evaluation } from './evaluation';
import { SIMULATED } from './simulated/simulated-report';
import type { Style } from './text/print';
import { reportText } from './text/report-text';

/** 0: every requirement met; 1: one is not; 2: wrong use, or the real file is not there. */
export type ExitCode = 0 | 1 | 2;

export interface Terminal {
  readonly style: Style;
  readonly print: (text: string) => void;
  /** To stderr. */
  readonly note: (text: string) => void;
}

/** From `src/evaluation` and `dist/evaluation` alike. */
const ROOT = resolve(__dirname, '../../../..');
const DATA = '../shared/data/online-retail_2010-12-01_2011-08-31.csv.gz';

const HELP = `Evaluates the default ruleset and the cross-sell candidates on real orders and on a simulated company.

  npm run evaluate -- [options]

  --data FILE        the UCI "Online Retail" file, .csv or .csv.gz (default: ${DATA})
  --simulated-only   the simulated company only
  --customers N      simulated customers (default: ${SIMULATED.customers})
  --seed S           of the simulated company and of all intervals (default: ${SIMULATED.seed})
  --json             one JSON document on stdout and nothing else
  --help

Exit code 0: every requirement is met; 1: one is not; 2: wrong use, or the real file is not there.
Example: npm run --silent evaluate -- --json > evaluation.json`;

const OPTIONS = {
  data: { type: 'string' },
  'simulated-only': { type: 'boolean', default: false },
  customers: { type: 'string', default: String(SIMULATED.customers) },
  seed: { type: 'string', default: String(SIMULATED.seed) },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

const wholeNumber = (option: string, text: string, least: number): number => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${option} must be a whole number of at least ${least}, got "${text}"`);
};

const parse = (args: readonly string[]) => {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    return {
      ...values,
      customers: wholeNumber('customers', values.customers, 1),
      seed: wholeNumber('seed', values.seed, 0),
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const run = async (args: readonly string[], { style, print, note }: Terminal): Promise<ExitCode> => {
  const { data, 'simulated-only': simulatedOnly, customers, seed, json, help } = parse(args);
  if (help) {
    print(HELP);
    return 0;
  }
  if (simulatedOnly && data !== undefined) throw new UsageError('--data and --simulated-only exclude each other');
  const file = data === undefined ? join(ROOT, DATA) : resolve(data);
  const missing = !simulatedOnly && !existsSync(file);
  const report = await evaluation({
    ruleset: RETAIL,
    ...(simulatedOnly || missing ? {} : { file }),
    simulated: { customers, seed },
    onStep: (step) => note(`evaluating: ${step} …`),
  });
  print(json ? JSON.stringify(report, null, 2) : reportText(style, report));
  if (missing)
    note(
      `The real orders were not evaluated: there is no file ${file}. Get "Online Retail" from the UCI repository and name it with --data FILE, or say --simulated-only.`,
    );
  return missing ? 2 : report.met ? 0 : 1;
};

/** `npm run evaluate`. What is wrong with its use, or with the file, is a message and exit code 2. */
export const evaluateCommand = async (args: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  try {
    return await run(args, terminal);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ImportError || error instanceof SimulationOptionsError))
      throw error;
    terminal.note(`evaluate: ${error.message}`);
    return 2;
  }
};
