import { isDeepStrictEqual } from 'node:util';
import {
  compileRuleset,
  type Fold,
  formatInstant,
  identitiesOf,
  MODEL_VERSION,
  type Ruleset,
  type StageMove,
  saveFold,
} from '@rapport/domain';
import {
  customerStream,
  type EventLogWithHistory,
  type Position,
  type RecordedEvent,
  type StreamEvent,
  subjectOf,
} from '@rapport/event-log';
import { decisionOf, type RecordedDecision, UnreadableDecision } from '../decisions';
import { foldedParts } from '../fold/foldable';
import { createHistoryFold, createReasoningFold, type HistoryFold, type ReasonedChange } from '../fold/history-fold';
import { streamOf } from '../history-of';
import { createIdentityIndex, type IdentityIndex, type RecordedLink } from '../identity/identity-index';
import { unitedStreams } from '../identity/united-streams';
import type { JobFactory } from '../partition/job';
import { parkedFor } from '../projector/projection';

export interface VerifyJobOptions {
  /** Every ruleset that decisions may name, by hash. */
  readonly rulesets: Readonly<Record<string, Ruleset>>;
  /** Hash of the one the read model was built with; absent where that cannot be compared: then only decisions are. */
  readonly inForce?: string;
  /** The read model's checkpoint. */
  readonly until: Position;
  /** The instant up to which links are in force in it. */
  readonly asOf: number;
  /** Every link of the log: decisions may be younger than the read model. */
  readonly links: readonly RecordedLink[];
}

/** A place where what is stored differs from what the log says. */
export interface Problem {
  readonly customer?: string;
  readonly what: string;
  readonly expected?: unknown;
  readonly got?: unknown;
}

/** A customer folded from the log up to their last touchpoint, also where that lies ahead, for comparison with what is stored. */
export interface FoldedCustomer {
  readonly customer: string;
  /** Undefined when they cannot be folded, null when nothing has happened yet. */
  readonly folded?: { readonly state: Uint8Array; readonly history: readonly StageMove[] } | null;
  readonly reason?: string;
}

export interface VerifyPiece {
  readonly customers: readonly FoldedCustomer[];
  readonly problems: readonly Problem[];
}

export interface VerifyCounts {
  touchpoints: number;
  customers: number;
  decisions: number;
  /** Decisions that an earlier version of the model took and the present one would not take, or not yet. */
  byEarlierModel: number;
}

/** Folds every customer for comparison, and every recorded decision from what was known when it was taken. */
export const verifyJob: JobFactory<VerifyJobOptions> = ({ rulesets, inForce, until, asOf, links }) => {
  const foldings = new Map<string, HistoryFold<ReasonedChange>>();
  const foldingFor = (hash: string): HistoryFold<ReasonedChange> | undefined => {
    const known = foldings.get(hash);
    if (known !== undefined || rulesets[hash] === undefined) return known;
    const folding = createReasoningFold(compileRuleset(rulesets[hash]));
    foldings.set(hash, folding);
    return folding;
  };
  return ({ log, signal, emit, progress }) => {
    const counts: VerifyCounts = { touchpoints: 0, customers: 0, decisions: 0, byEarlierModel: 0 };
    const folding = inForce === undefined ? undefined : createHistoryFold(compileRuleset(rulesets[inForce]!));
    const identity = createIdentityIndex(log);
    const lastLink = links.at(-1);
    if (lastLink !== undefined) identity.add(links, lastLink.position);
    const known = links.filter(({ position }) => position <= until);
    const histories = unitedStreams(identitiesOf(known, { asOf }).united);
    return {
      run: async (buckets) => {
        for await (const page of log.readStreams({ category: 'relationship', buckets, signal })) {
          const problems: Problem[] = [];
          for (const { stream, events } of page) {
            const customer = subjectOf(stream);
            const decisions = readDecisions(events, customer, problems);
            counts.decisions += decisions.length;
            const checked = await verifyDecisions(log, identity, customer, decisions, foldingFor);
            counts.byEarlierModel += checked.byEarlierModel;
            problems.push(...checked.problems);
          }
          if (problems.length > 0) await emit({ customers: [], problems } satisfies VerifyPiece);
        }
        if (folding === undefined) return;
        const wanted = foldedParts([folding.fold.program]);
        for await (const page of histories(log, { buckets, until, ...wanted, signal })) {
          const customers: FoldedCustomer[] = [];
          let touchpoints = 0;
          for (const { stream, events } of page) {
            const customer = subjectOf(stream);
            touchpoints += events.length;
            try {
              folding.whole(events, Number.NEGATIVE_INFINITY);
              // Nothing but merges and their undoing: there is no relationship.
              if (folding.fold.isEmpty) continue;
              customers.push({ customer, folded: { state: saveFold(folding.fold), history: [...folding.history] } });
            } catch (error) {
              customers.push({ customer, reason: parkedFor(customer, error, 0).reason });
            }
          }
          counts.touchpoints += touchpoints;
          counts.customers += customers.length;
          await emit({ customers, problems: [] } satisfies VerifyPiece);
          progress(touchpoints, page.length);
        }
      },
      result: () => counts,
    };
  };
};

/**
 * The events that the fold of a decision had seen, up to a position: those of the customer, and of all customers merged
 * with them by links that had occurred by an instant.
 */
const knownThen = (log: EventLogWithHistory, identity: IdentityIndex, customer: string) => {
  const streams = new Map<string, readonly RecordedEvent[]>();
  const streamOfMember = async (member: string): Promise<readonly RecordedEvent[]> => {
    const known = streams.get(member) ?? (await streamOf(log, customerStream(member)));
    streams.set(member, known);
    return known;
  };
  const membersThen = (until: Position, asOf: number): readonly string[] => {
    if (!identity.knows(customer)) return [customer];
    const anyAhead = identity
      .linksOf(customer)
      .some(({ position, occurredAt }) => occurredAt > asOf && position <= until);
    return identity.identities(customer, anyAhead ? { until, asOf } : { until }).membersOf(customer);
  };
  return async ({ foldedUpTo: until, mergesAsOf = Number.POSITIVE_INFINITY }: RecordedDecision) => {
    const members = membersThen(until, mergesAsOf);
    const events: RecordedEvent[] = [];
    for (const member of members)
      for (const event of await streamOfMember(member)) if (event.position <= until) events.push(event);
    return events;
  };
};

/** The decisions of a stream up to the first that cannot be read, which is a problem. */
const readDecisions = (
  events: readonly StreamEvent[],
  customer: string,
  problems: Problem[],
): readonly RecordedDecision[] => {
  const decisions: RecordedDecision[] = [];
  for (const event of events) {
    try {
      const decision = decisionOf(event, customer);
      if (decision !== undefined) decisions.push(decision);
    } catch (error) {
      if (!(error instanceof UnreadableDecision)) throw error;
      problems.push({ customer, what: error.message });
      return decisions;
    }
  }
  return decisions;
};

const verifyDecisions = async (
  log: EventLogWithHistory,
  identity: IdentityIndex,
  customer: string,
  decisions: readonly RecordedDecision[],
  foldingFor: (hash: string) => HistoryFold<ReasonedChange> | undefined,
): Promise<{ readonly problems: readonly Problem[]; readonly byEarlierModel: number }> => {
  const known = knownThen(log, identity, customer);
  const problems: Problem[] = [];
  let byEarlierModel = 0;
  for (const [i, decision] of decisions.entries()) {
    const name = `decision ${decision.sequence} (${decision.kind} at ${formatInstant(decision.effectiveAt)})`;
    if (decision.sequence !== i + 1) {
      problems.push({ customer, what: `${name} is out of sequence`, expected: i + 1, got: decision.sequence });
      continue;
    }
    const folding = foldingFor(decision.ruleset.hash);
    if (folding === undefined) {
      problems.push({ customer, what: `${name} names ruleset ${decision.ruleset.hash}, which is not stored` });
      continue;
    }
    folding.whole(await known(decision), decision.asOf, { asOf: decision.asOf });
    const expected = outcomeOf(folding, decision);
    const got = pick(decision);
    // Another version of the model may decide otherwise, give its reasons in another way, or have taken what lay ahead:
    // that is counted, and is not a problem.
    if (decision.model < MODEL_VERSION) {
      const before = decision.asOf > decision.recordedAt;
      byEarlierModel += before || !isSameDecision(expected, got) ? 1 : 0;
    } else if (isDeepStrictEqual(expected, got)) continue;
    else problems.push({ customer, what: `${name} is not what the log says`, expected, got });
  }
  return { problems, byEarlierModel };
};

/** A decision without its circumstances: its content, its instant, and the reasons of a stage change. */
interface Decided {
  readonly to?: string;
  readonly raised?: boolean;
  readonly effectiveAt: number;
  readonly because?: unknown;
  readonly factors?: unknown;
}

/** Compares without the reasons. */
const isSameDecision = (a: Decided | undefined, b: Decided): boolean =>
  a?.to === b.to && a?.raised === b.raised && a?.effectiveAt === b.effectiveAt;

/** The part of a decision that a fold can compute. */
const pick = (decision: RecordedDecision): Decided =>
  decision.kind === 'stageChanged'
    ? {
        to: decision.to,
        effectiveAt: decision.effectiveAt,
        because: decision.because,
        factors: decision.factors,
      }
    : { raised: decision.kind === 'signalRaised', effectiveAt: decision.effectiveAt };

const outcomeOf = (
  { fold, history, signals }: HistoryFold<ReasonedChange>,
  decision: RecordedDecision,
): Decided | undefined => {
  if (decision.kind === 'stageChanged') {
    const last = history.at(-1);
    return last === undefined
      ? undefined
      : { to: last.to, effectiveAt: last.at, because: asJson(last.because), factors: last.factors };
  }
  const change = signals.findLast(({ signal }) => signal === decision.signal);
  // A signal that the changed past never raised is cleared as of the instant the fold stood at.
  return { raised: isRaised(fold, decision.signal), effectiveAt: change?.at ?? fold.instant };
};

const isRaised = (fold: Fold, signal: string): boolean => fold.raisedSignals().some(({ id }) => id === signal);

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
