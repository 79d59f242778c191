/** The complaint board: what is overdue stands first, longest first; then what is oldest. */
import { type ComplaintCase, formatInstant } from '@rapport/domain';
import { type CaseClock, type CasePromise, clocksOf, overdueSince } from './case-clocks';
import { caseDocument } from './relationship-document';

export type CaseOfCustomer = ComplaintCase & { readonly customer: string };

/** A case as it is at an instant. */
export interface TimedCase {
  readonly one: CaseOfCustomer;
  readonly clocks: readonly CaseClock[];
  /** Since when something about it is overdue; undefined where nothing is. */
  readonly since: number | undefined;
}

export const timedCase = (one: CaseOfCustomer, promises: readonly CasePromise[], now: number): TimedCase => {
  const clocks = clocksOf(one, promises, now);
  return { one, clocks, since: one.open ? overdueSince(clocks) : undefined };
};

/** The place of an open case on the board: compared part by part. */
export type CasePlace = readonly [rank: number, since: number, openedAt: number, customer: string, caseId: string];

export const casePlace = ({ one, since }: TimedCase): CasePlace => [
  since === undefined ? 1 : 0,
  since ?? one.openedAt,
  one.openedAt,
  one.customer,
  one.caseId,
];

export const compareCasePlaces = (
  a: readonly (number | string | null)[],
  b: readonly (number | string | null)[],
): number => {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at < 0 ? 0 : (a[at] as string) < (b[at] as string) ? -1 : 1;
};

const seconds = (milliseconds: number): number => milliseconds / 1_000;

/** A case with its clocks, as `cases --json` and `GET /v1/cases` give it. Instants in RFC 3339. */
export const caseBoardDocument = ({ one, clocks, since }: TimedCase, now: number) => {
  const { openedAt, acknowledgedAt, open, closedAt = now } = one;
  return {
    ...caseDocument(one),
    customer: one.customer,
    ageSeconds: seconds((open ? now : closedAt) - openedAt),
    overdue: since !== undefined,
    ...(since === undefined ? undefined : { overdueSince: formatInstant(since) }),
    ...(acknowledgedAt === undefined ? undefined : { acknowledgedAfterSeconds: seconds(acknowledgedAt - openedAt) }),
    ...(open ? undefined : { closedAfterSeconds: seconds(closedAt - openedAt) }),
    clocks: clocks.map((clock) => ({
      ...clock,
      deadline: formatInstant(clock.deadline),
      ...(clock.doneAt === undefined ? undefined : { doneAt: formatInstant(clock.doneAt) }),
    })),
  };
};
