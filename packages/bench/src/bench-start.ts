import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RETAIL, rulesetHash } from '@rapport/domain';
import { projectCrossSell } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import { openCrossSellStore } from '@rapport/read-model';
import { type Figure, median, timed } from './figure';

const ROUNDS = 7;

/** `rapport show` as a user calls it, the whole process, on the full store. */
export const benchStart = async (data: string, customer: string): Promise<Figure> => {
  const log = await openEventLog({ kind: 'sqlite', path: join(data, 'events.sqlite') }, { mode: 'read' });
  const store = await openCrossSellStore({ kind: 'sqlite', path: join(data, 'cross-sell.sqlite') }, { mode: 'write' });
  await projectCrossSell({ log, store });
  await store.close();
  await log.close();
  // As the command itself keeps the ruleset in force.
  mkdirSync(join(data, 'rulesets'));
  writeFileSync(join(data, 'rulesets', `${rulesetHash(RETAIL)}.json`), JSON.stringify(RETAIL));
  const command = join(__dirname, '../../cli/bin/rapport.js');
  const times: number[] = [];
  const wrong: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { result, ms } = await timed(() =>
      spawnSync(process.execPath, [command, 'show', customer, '--data', data, '--json'], { encoding: 'utf8' }),
    );
    times.push(ms);
    if (result.status !== 0) wrong.push(`exit ${result.status}: ${result.stderr.trim()}`);
    else if (!RETAIL.stages.some(({ id }) => id === (JSON.parse(result.stdout) as { stage: string }).stage))
      wrong.push(`no stage in ${result.stdout.slice(0, 100)}`);
  }
  return {
    name: 'start of "rapport show" on the full store, whole process',
    value: median(times),
    unit: 'ms',
    required: { atMost: 500 },
    check: 'it answers with the stage of the customer',
    wrong: [...new Set(wrong)],
  };
};
