import type { RelationshipSave } from '../read-model';
import { complaint, interval, promise, relationship, saveOf, T0 } from './samples';

const CUSTOMERS = 60;
const PER_BATCH = 15;

/** The customers a batch touches, the same in every process. */
export const customersOf = (batch: number): readonly number[] =>
  Array.from({ length: PER_BATCH }, (_, i) => (batch * 7 + i) % CUSTOMERS);

/** What batch number `batch` saves: every part of each customer names the batch that wrote it. */
export const expectedSaves = (batch: number): readonly RelationshipSave[] =>
  customersOf(batch).map((customer) => savedBy(customer, batch));

export const savedBy = (customer: number, batch: number): Extract<RelationshipSave, { kind: 'relationship' }> =>
  saveOf(
    relationship(`c-${customer}`, {
      stage: `stage-${batch % 5}`,
      since: T0 + batch,
      touchpoints: batch,
      nextReviewAt: T0 + batch,
      signals: { [`signal-${batch % 3}`]: T0 + batch },
      state: new Uint8Array(800).fill(batch),
    }),
    {
      history: { mode: 'append', intervals: [interval(`stage-${batch % 5}`, T0 + batch)] },
      promises: [promise('reply', T0 + batch)],
      cases: [complaint(`case-${batch}`, T0 + batch)],
    },
  );
