import type { ComplaintCase, OpenPromise } from '@rapport/domain';
import type { RelationshipSave, StageInterval, StoredRelationship } from '../read-model';

/** Things to save in tests: complete by themselves, changed where a test says so. */

export const T0 = Date.UTC(2026, 0, 1);
export const DAY_MS = 86_400_000;
export const RULESET = 'a'.repeat(64);

export const position = (n: number): string => String(n).padStart(12, '0');
export const at = (n: number) => ({ position: position(n), ruleset: RULESET, model: 2 });

export const relationship = (
  customer: string,
  changed: Partial<Omit<StoredRelationship, 'customer'>> = {},
): StoredRelationship => ({
  customer,
  stage: 'acquaintance',
  since: T0,
  instant: T0 + DAY_MS,
  nextReviewAt: null,
  touchpoints: 3,
  firstTouchpointAt: T0,
  lastTouchpointAt: T0 + DAY_MS,
  factors: { trust: { for: 1.5, against: 0.25, at: T0 + DAY_MS } },
  signals: {},
  state: Uint8Array.from([...customer, '\u0000\u00ff'].join(''), (letter) => letter.charCodeAt(0)),
  decided: { stage: 'acquaintance', signals: [], sequence: 1 },
  ...changed,
});

export const interval = (
  stage: string,
  from: number,
  to: number | null = null,
  changed: Partial<StageInterval> = {},
): StageInterval => ({
  stage,
  from,
  to,
  cause: 'touchpoint',
  touchpoint: { source: 'shop', id: `${stage}-${from}` },
  ...changed,
});

export const promise = (id: string, deadline: number, key: string | null = null): OpenPromise => ({
  id,
  key,
  madeAt: T0,
  deadline,
  touchpoint: { source: 'shop', id: `made-${id}` },
});

export const complaint = (caseId: string, openedAt: number, changed: Partial<ComplaintCase> = {}): ComplaintCase => ({
  caseId,
  openedAt,
  informed: 0,
  compensated: 0,
  open: true,
  reopened: 0,
  priorCases: 0,
  ...changed,
});

type RelationshipChange = Extract<RelationshipSave, { readonly kind: 'relationship' }>;

export const saveOf = (
  stored: StoredRelationship,
  changed: Partial<Omit<RelationshipChange, 'kind' | 'relationship'>> = {},
): RelationshipChange => ({
  kind: 'relationship',
  relationship: stored,
  history: { mode: 'replace', intervals: [interval(stored.stage, stored.since)] },
  promises: [],
  cases: [],
  ...changed,
});
