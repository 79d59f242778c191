import {
  beginImport,
  bringUpToDate,
  type DataDirectory,
  type DemoMarker,
  endImport,
  takeUp,
  writeDemoMarker,
} from '@rapport/data-directory';
import { compileRuleset, RETAIL, type Touchpoint } from '@rapport/domain';
import { recordTouchpoints } from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import { type SimulatedCustomer, simulate, simulateStaff } from '@rapport/simulator';
import type { Cli } from '../cli';
import { pickCustomers } from './pick';

/** One world that shows all kinds of customers. */
export const DEMO_SEED = 7;
const GROUP = 1000;

const byRecording = (a: Touchpoint, b: Touchpoint): number => a.recordedAt - b.recordedAt;

/** Simulates the company and records it in the order in which the company would have learned of it. */
export const fillDemo = async (cli: Cli, files: DataDirectory, marker: DemoMarker): Promise<DemoMarker> => {
  const { customers, until } = marker;
  const world = { customers, seed: marker.seed, endAt: until };
  const log = await openEventLog(files.eventLog, { mode: 'write' });
  try {
    writeDemoMarker(files, marker);
    const work = { host: cli, files, log };
    const inForce = await takeUp(work, { with: 'demo', ruleset: RETAIL, now: until });
    const by = { ruleset: inForce.ruleset, now: until };
    await beginImport(work, by);
    const company: SimulatedCustomer[] = [];
    const simulating = cli.progress('simulating', 'customers');
    for (const one of simulate(world)) {
      company.push(one);
      if (company.length % 100 > 0) continue;
      simulating.update(company.length, customers);
      await new Promise(setImmediate);
      cli.signal.throwIfAborted();
    }
    simulating.stop();
    const touchpoints = [...company.flatMap((one) => one.touchpoints), ...simulateStaff(world)].sort(byRecording);
    const recording = cli.progress('recording', 'touchpoints');
    for (let i = 0; i < touchpoints.length; i += GROUP) {
      cli.signal.throwIfAborted();
      const group = touchpoints.slice(i, i + GROUP).map((one) => ({ ...one, version: one.version ?? 1 }));
      await recordTouchpoints(log, group);
      recording.update(i + group.length, touchpoints.length);
    }
    recording.stop();
    await bringUpToDate(work, { ...by, recorded: touchpoints.length });
    endImport(files);
    const complete = { ...marker, picks: pickCustomers(compileRuleset(inForce.ruleset), company, until) };
    writeDemoMarker(files, complete);
    return complete;
  } finally {
    await log.close();
  }
};
