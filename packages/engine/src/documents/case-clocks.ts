/** The clocks of a complaint: how long it waits, and what the ruleset promised about it. */
import {
  type ComplaintCase,
  labelOf,
  matchesType,
  type PromiseRule,
  parseDuration,
  type Ruleset,
} from '@rapport/domain';
import { isRight } from 'fp-ts/Either';

/** A promise that every complaint makes when it is opened, recognised by its id. */
export interface CasePromise {
  readonly id: string;
  readonly label: string;
  /** Milliseconds after the opening. */
  readonly within: number;
  readonly keptBy: readonly ('acknowledged' | 'closed')[];
}

export type ClockState =
  /** Not yet kept, and there is time. */
  | 'running'
  /** Not yet kept, and the deadline has passed. */
  | 'overdue'
  | 'kept'
  /** Done, after the deadline. */
  | 'missed';

export interface CaseClock {
  readonly promise: string;
  readonly label: string;
  readonly deadline: number;
  readonly state: ClockState;
  /** When what was promised was done; absent while it is not. */
  readonly doneAt?: number;
}

const KEY = 'data.caseId';

const promiseOf = (rule: PromiseRule): CasePromise | undefined => {
  const within = rule.within === undefined ? undefined : parseDuration(rule.within);
  if (
    within === undefined ||
    !isRight(within) ||
    rule.key !== KEY ||
    !matchesType(rule.made, 'complaint.opened') ||
    // From the case alone it does not follow whether such a promise is made, and what keeps it.
    rule.madeWhen !== undefined ||
    rule.keptWhen !== undefined
  )
    return undefined;
  const keptBy = [
    ...(matchesType(rule.kept, 'complaint.acknowledged') ? (['acknowledged'] as const) : []),
    ...(matchesType(rule.kept, 'complaint.resolved') ? (['closed'] as const) : []),
  ];
  return keptBy.length === 0
    ? undefined
    : { id: rule.id, label: labelOf(rule.label, 'en', rule.id), within: within.right, keptBy };
};

/** The promises of a ruleset that make clocks of complaints. None for a ruleset without such. */
export const casePromises = ({ promises = [] }: Ruleset): readonly CasePromise[] =>
  promises.flatMap((rule) => promiseOf(rule) ?? []);

const earliest = (instants: readonly (number | undefined)[]): number | undefined => {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/**
 * The clocks of one case at an instant, soonest deadline first. A case that is closed owes nothing more; one that was
 * reopened has no end again, and its last end counts once it is closed.
 */
export const clocksOf = (
  { openedAt, acknowledgedAt, closedAt, open }: ComplaintCase,
  promises: readonly CasePromise[],
  now: number,
): readonly CaseClock[] =>
  promises
    .map(({ id, label, within, keptBy }): CaseClock => {
      const deadline = openedAt + within;
      const doneAt = earliest([
        keptBy.includes('acknowledged') ? acknowledgedAt : undefined,
        open ? undefined : closedAt,
      ]);
      const state =
        doneAt === undefined ? (now > deadline ? 'overdue' : 'running') : doneAt > deadline ? 'missed' : 'kept';
      return { promise: id, label, deadline, state, ...(doneAt === undefined ? undefined : { doneAt }) };
    })
    .sort((a, b) => a.deadline - b.deadline);

/** Since when something about a case is overdue; undefined where nothing is. */
export const overdueSince = (clocks: readonly CaseClock[]): number | undefined =>
  clocks.find(({ state }) => state === 'overdue')?.deadline;
