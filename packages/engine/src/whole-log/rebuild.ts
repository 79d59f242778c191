import { identitiesOf, MODEL_VERSION, type Ruleset, rulesetHash } from '@rapport/domain';
import { type EventLog, type EventLogLocation, openEventLog, type Position } from '@rapport/event-log';
import type { ReadModel, RelationshipSave } from '@rapport/read-model';
import { type RulesetName, rulesetName } from '../decisions';
import { readLinks } from '../identity/identity-index';
import { addCounts, type Counts, noCounts } from './counts';
import { runJob } from './run-job';

export interface RebuildOptions {
  readonly log: EventLogLocation;
  /** A fresh read model, beside the live one; its caller switches it in. */
  readonly into: ReadModel;
  readonly ruleset: Ruleset;
  /** Time up to which relationships are brought, in milliseconds; what lies ahead of it waits. */
  readonly now: number;
  /** The log up to here, itself included; its end when absent. */
  readonly until?: Position;
  readonly workers?: number;
  readonly signal?: AbortSignal;
  onProgress?(touchpoints: number, customers: number): void;
}

export interface RebuildReport extends Counts {
  readonly ruleset: RulesetName;
  readonly workers: number;
  readonly milliseconds: number;
}

/**
 * Fills a fresh read model from the log: the same as if a projector had folded it all, but by customer and in
 * parallel. Records no decisions. What is appended meanwhile is left to the projector, from the checkpoint on.
 *
 * @throws Interrupted when the signal aborts; the model is then of no use
 */
export const rebuild = async (options: RebuildOptions): Promise<RebuildReport> => {
  const { log: location, into, ruleset, now, workers = 1, signal, onProgress } = options;
  const started = performance.now();
  const hash = rulesetHash(ruleset);
  const total = noCounts();
  const log = await openEventLog(location, { mode: 'read' });
  const { until, links } = await headAndLinks(log, options.until).finally(() => log.close());
  if (until !== undefined) {
    const checkpoint = { position: until, ruleset: hash, model: MODEL_VERSION, asOf: now };
    await runJob<'rebuild', readonly RelationshipSave[], Counts>({
      log: location,
      job: 'rebuild',
      options: { ruleset, now, until, united: identitiesOf(links, { asOf: now }).united },
      workers,
      signal,
      onProgress,
      onPiece: (saves) => into.save(saves, checkpoint),
      onResult: (counts) => addCounts(total, counts),
    });
    // Also where no customer was folded: the model then says how far it has read.
    await into.save([], checkpoint);
  }
  return { ...total, ruleset: rulesetName(ruleset, hash), workers, milliseconds: performance.now() - started };
};

const headAndLinks = async (log: EventLog, wanted: Position | undefined) => {
  const until = wanted ?? (await log.head());
  return { until, links: until === undefined ? [] : await readLinks(log, { until }) };
};
