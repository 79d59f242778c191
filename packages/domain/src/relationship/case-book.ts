import type { Json, JsonObject } from '../json';
import { ExactSum } from '../number/exact-sum';
import type { StateReader, StateWriter } from '../state-bytes';
import { DAY } from '../time/instant';
import type { FoldedTouchpoint } from './folded-touchpoint';
import type { ComplaintCase } from './relationship';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** A case as the fold keeps it: with the compensation that was accepted, unrounded. */
export type KeptCase = Mutable<ComplaintCase> & { readonly compensation: ExactSum };

/** Cases opened this long before another count as its prior cases. */
const PRIOR = 365 * DAY;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Types that move a case, and how. A case that was never opened cannot be moved. */
const moves: Readonly<Record<string, (found: KeptCase, data: JsonObject, t: number) => void>> = {
  'complaint.acknowledged': (found, _data, t) => {
    found.acknowledgedAt ??= t;
  },
  'complaint.updated': (found) => {
    found.informed++;
  },
  'compensation.accepted': (found, data) => {
    found.compensation.add(number(data.amount) ?? 0);
    found.compensated = found.compensation.value;
  },
  'complaint.resolved': (found, data, t) => {
    found.open = false;
    found.closedAt = t;
    found.outcome = text(data.outcome);
  },
  'complaint.withdrawn': (found, _data, t) => {
    found.open = false;
    found.closedAt = t;
  },
  'complaint.reopened': (found) => {
    found.open = true;
    found.reopened++;
  },
};

/** Whether the case book looks at touchpoints of a type. */
export const movesCases = (type: string): boolean => type === 'complaint.opened' || Object.hasOwn(moves, type);

/** The fields of a saved case, in the order in which their values are saved. */
const SAVED = [
  'caseId',
  'openedAt',
  'severity',
  'loss',
  'category',
  'acknowledgedAt',
  'informed',
  'compensated',
  'open',
  'closedAt',
  'outcome',
  'reopened',
  'priorCases',
] as const satisfies readonly (keyof ComplaintCase)[];

/** The complaint cases of one customer, keyed by `data.caseId`. */
export class CaseBook {
  private readonly cases = new Map<string, KeptCase>();
  private open = 0;

  get openCount(): number {
    return this.open;
  }

  find(caseId: unknown): KeptCase | undefined {
    return this.cases.size === 0 ? undefined : this.cases.get(caseId as string);
  }

  list(): readonly ComplaintCase[] {
    return [...this.cases.values()].map(({ compensation: _, ...one }) => one);
  }

  /** Returns whether the number of open cases changed. */
  apply(touchpoint: FoldedTouchpoint, t: number): boolean {
    const { caseId } = touchpoint.data;
    if (typeof caseId !== 'string') return false;
    const found = this.cases.get(caseId);
    const before = this.open;
    const move = moves[touchpoint.type];
    if (touchpoint.type === 'complaint.opened') {
      if (found === undefined) this.openCase(caseId, touchpoint.data, t);
    } else if (found !== undefined && move !== undefined) {
      const was = found.open;
      move(found, touchpoint.data, t);
      this.open += Number(found.open) - Number(was);
    }
    return this.open !== before;
  }

  private openCase(caseId: string, data: JsonObject, t: number): void {
    let priorCases = 0;
    for (const other of this.cases.values()) if (other.openedAt > t - PRIOR) priorCases++;
    const { severity } = data;
    this.cases.set(caseId, {
      caseId,
      openedAt: t,
      severity: typeof severity === 'string' || typeof severity === 'number' ? severity : undefined,
      loss: number(data.loss),
      category: text(data.category),
      acknowledgedAt: undefined,
      informed: 0,
      compensated: 0,
      open: true,
      closedAt: undefined,
      outcome: undefined,
      reopened: 0,
      priorCases,
      compensation: new ExactSum(),
    });
    this.open++;
  }

  reset(): void {
    if (this.cases.size > 0) this.cases.clear();
    this.open = 0;
  }
  save(out: StateWriter): void {
    out.number(this.cases.size);
    for (const one of this.cases.values())
      out.other([...SAVED.map((field) => one[field] ?? null), one.compensation.toJson()]);
  }
  /** After a reset. */
  restore(saved: StateReader): void {
    for (let left = saved.number(); left > 0; left--) {
      const values = saved.other() as readonly Json[];
      const one = Object.fromEntries(SAVED.map((field, i) => [field, values[i] ?? undefined])) as unknown as KeptCase;
      const compensation = new ExactSum();
      compensation.fromJson(values[SAVED.length] ?? null);
      this.cases.set(one.caseId, { ...one, compensation });
      if (one.open) this.open++;
    }
  }
}

/** Fields of a case as conditions and scales see them; undefined is missing. */
export const caseFields: Readonly<Record<string, (found: KeptCase, t: number) => unknown>> = {
  severity: (found) => found.severity,
  loss: (found) => found.loss,
  category: (found) => found.category,
  acknowledged: (found) => found.acknowledgedAt !== undefined,
  informed: (found) => found.informed,
  compensated: (found) => found.compensated,
  compensationRatio: (found) =>
    found.loss === undefined || found.loss <= 0 ? undefined : found.compensation.dividedBy(found.loss),
  ageDays: (found, t) => (t - found.openedAt) / DAY,
  outcome: (found) => found.outcome,
  reopened: (found) => found.reopened,
  priorCases: (found) => found.priorCases,
};
