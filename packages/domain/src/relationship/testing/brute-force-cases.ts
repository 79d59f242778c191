import { toNumber, unitsOf } from '../../number/testing/exact-arithmetic';
import { DAY } from '../../time/instant';
import type { FoldedTouchpoint } from '../folded-touchpoint';

/** A complaint case, computed from all touchpoints that belong to it. */
export interface Case {
  readonly opened: FoldedTouchpoint;
  readonly later: readonly FoldedTouchpoint[];
  readonly open: boolean;
}

export const caseAt = (seen: readonly FoldedTouchpoint[], caseId: unknown): Case | undefined => {
  if (typeof caseId !== 'string') return undefined;
  const own = seen.filter(({ data }) => data.caseId === caseId);
  const at = own.findIndex(({ type }) => type === 'complaint.opened');
  if (at < 0) return undefined;
  const later = own.slice(at + 1);
  const moved = later.filter(({ type }) =>
    ['complaint.resolved', 'complaint.withdrawn', 'complaint.reopened'].includes(type),
  );
  return {
    opened: own[at],
    later,
    open: moved.length === 0 || moved[moved.length - 1].type === 'complaint.reopened',
  };
};

/** A field of the case; undefined is missing. */
export const caseField = (seen: readonly FoldedTouchpoint[], caseId: unknown, name: string, t: number): unknown => {
  const found = caseAt(seen, caseId);
  if (found === undefined) return undefined;
  const { data, occurredAt } = found.opened;
  const of = (type: string) => found.later.filter((one) => one.type === type);
  const amounts = of('compensation.accepted').map((one) => unitsOf(Number(one.data.amount ?? 0)));
  const compensated = toNumber(amounts.reduce((sum, amount) => sum + amount, 0n));
  switch (name) {
    case 'severity':
    case 'category':
      return data[name] ?? undefined;
    case 'loss':
      return data.loss ?? undefined;
    case 'acknowledged':
      return of('complaint.acknowledged').length > 0;
    case 'informed':
      return of('complaint.updated').length;
    case 'compensated':
      return compensated;
    case 'compensationRatio':
      return typeof data.loss === 'number' && data.loss > 0 ? compensated / data.loss : undefined;
    case 'ageDays':
      return (t - occurredAt) / DAY;
    case 'outcome':
      return of('complaint.resolved').at(-1)?.data.outcome ?? undefined;
    case 'reopened':
      return of('complaint.reopened').length;
    case 'priorCases': {
      const before = seen.slice(0, seen.indexOf(found.opened));
      const ids = new Set(before.map((one) => one.data.caseId));
      return [...ids].filter((id) => {
        const other = caseAt(before, id);
        return other !== undefined && other.opened.occurredAt > occurredAt - 365 * DAY;
      }).length;
    }
  }
  throw new TypeError(`unknown field case.${name}`);
};
