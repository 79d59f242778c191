import { formatInstant, toCloudEvent } from '@rapport/domain';
import { type CustomerTruth, type SimulatedCustomer, simulate } from '@rapport/simulator';
import { type Cli, printJson } from '../cli';
import { CommandError, interruptible } from '../exit';
import { instantFrom } from '../instant-options';
import { type FileOut, fileOut } from '../output/file-out';
import { counted } from '../output/numbers';

export interface SimulateOptions {
  readonly customers: number;
  readonly seed: number;
  readonly months: number;
  /** An instant, a date, or `now`. */
  readonly until: string;
  readonly out?: string;
  readonly truth?: string;
}

const truthDocument = (truth: CustomerTruth) => ({
  ...truth,
  stages: truth.stages.map(({ from, to, stage }) => ({ from: formatInstant(from), to: formatInstant(to), stage })),
  complaints: truth.complaints.map((one) => ({ ...one, openedAt: formatInstant(one.openedAt) })),
  ...(truth.lostAt === undefined ? undefined : { lostAt: formatInstant(truth.lostAt) }),
});

const linesOf = ({ touchpoints }: SimulatedCustomer): string =>
  touchpoints.map((touchpoint) => `${JSON.stringify(toCloudEvent(touchpoint))}\n`).join('');

/** `rapport simulate`: CloudEvents, customer by customer, and the truth beside them. */
export const simulateCommand = async (cli: Cli, options: SimulateOptions): Promise<void> => {
  if (cli.json && options.out === undefined)
    throw new CommandError(
      '--json prints the counts on stdout, where the touchpoints would go: name a file with --out.',
    );
  const truthFile = options.truth ?? (options.out === undefined ? undefined : `${options.out}.truth.ndjson`);
  const files: FileOut[] = [];
  const open = async (file: string | undefined): Promise<FileOut | undefined> => {
    if (file === undefined) return undefined;
    const opened = await fileOut(file);
    files.push(opened);
    return opened;
  };
  const endAt = options.until === 'now' ? Date.now() : instantFrom('--until', options.until);
  const progress = cli.progress('simulating', 'customers');
  let customers = 0;
  let touchpoints = 0;
  try {
    await interruptible('Nothing was written; run the same command again.', async () => {
      const out = await open(options.out);
      const truth = await open(truthFile);
      for (const one of simulate({ ...options, endAt })) {
        cli.signal.throwIfAborted();
        await (out ?? cli).write(linesOf(one));
        await truth?.write(`${JSON.stringify(truthDocument(one.truth))}\n`);
        touchpoints += one.touchpoints.length;
        progress.update(++customers, options.customers);
        // Lets Ctrl-C in: the simulation itself never waits.
        if (customers % 100 === 0) await new Promise(setImmediate);
      }
      for (const file of files) await file.finish();
    });
  } catch (error) {
    for (const file of files) await file.discard();
    throw error;
  } finally {
    progress.stop();
  }
  if (cli.json)
    return printJson(cli, {
      customers,
      touchpoints,
      seed: options.seed,
      until: formatInstant(endAt!),
      out: options.out,
      truth: truthFile,
    });
  const where = options.out === undefined ? '' : ` in ${options.out}, the truth about them in ${truthFile}`;
  cli.note(`${counted(touchpoints, 'touchpoint')} of ${counted(customers, 'customer')}${where}`);
};
