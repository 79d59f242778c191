import { takeUp, withStore } from '@rapport/data-directory';
import { compileRuleset, formatInstant } from '@rapport/domain';
import { factorsOf, Projector, systemClock } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import { openReadModel, type ParkedCustomer } from '@rapport/read-model';
import { type Cli, printJson, printNdjson } from '../cli';
import { EXIT, type ExitCode } from '../exit';
import { minute } from '../output/instants';
import { counted } from '../output/numbers';
import { plain } from '../output/style';
import { table } from '../output/table';
import { readModelOf, refuseWithoutReadModel } from '../store/read-model';

const document = (one: ParkedCustomer) => ({ ...one, parkedAt: formatInstant(one.parkedAt) });

const lines = (parked: readonly ParkedCustomer[], cli: Cli): string =>
  table(
    [{ title: 'customer' }, { title: 'since' }, { title: 'why', width: cli.width - 44 }],
    parked.map(({ customer, parkedAt, reason }) => [plain(customer), minute(parkedAt), plain(reason)]),
    { head: cli.style.dim },
  );

/** `rapport parked`: customers whose touchpoints cannot be folded, and why. */
export const listParkedCommand = (cli: Cli): Promise<void> =>
  withStore(cli.data, async (store) => {
    const parked = await (await readModelOf(store)).parked();
    if (cli.json) return printNdjson(cli, parked.map(document));
    cli.print(parked.length === 0 ? 'No customer is parked.' : lines(parked, cli));
    if (parked.length > 0) cli.note('\nOnce what stands in the way is repaired: rapport parked retry');
  });

/** `rapport parked retry`: folds them again; exit 1 when one stays parked. */
export const retryParkedCommand = (cli: Cli): Promise<ExitCode> =>
  withStore(cli.data, async (store) => {
    refuseWithoutReadModel(store);
    const { files } = store;
    // The projector appends what it decides, so it is the log's only writer meanwhile.
    const log = await openEventLog(files.eventLog, { mode: 'write' });
    try {
      const inForce = await takeUp({ host: cli, files, log }, { with: 'serve', now: store.now });
      const program = compileRuleset(inForce.ruleset);
      const readModel = await openReadModel(files.readModel, { mode: 'write', factors: factorsOf(program) });
      try {
        const before = await readModel.parked();
        const clock = { ...systemClock, now: () => store.now };
        const released = await new Projector({ log, readModel, program, clock, announce: false }).retryParked();
        const still = await readModel.parked();
        if (cli.json) await printJson(cli, { retried: before.length, released, still: still.map(document) });
        cli.print(`${counted(before.length, 'customer')} retried, ${released.length} released.`);
        if (still.length > 0) cli.print(lines(still, cli));
        return still.length > 0 ? EXIT.no : EXIT.done;
      } finally {
        await readModel.close();
      }
    } finally {
      await log.close();
    }
  });
