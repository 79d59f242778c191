import type { JsonObject } from '@rapport/domain';
import type { Position } from '@rapport/event-log';
import fc from 'fast-check';
import { isRight } from 'fp-ts/Either';
import { type Decision, decisionEvent } from './decision';
import { isSignalData, isStageData, signalData, stageData } from './decision-data';
import { decisionOf } from './recorded-decision';

const base = {
  customer: 'c',
  effectiveAt: 1_000,
  cause: 'late',
  touchpoint: { source: 'shop', id: 'o-1' },
  ruleset: { name: 'retail', version: 3, hash: 'abc' },
  model: 2,
  sequence: 4,
  foldedUpTo: 'p3' as Position,
  asOf: 2_000,
  mergesAsOf: 2_500,
} as const;
const because = [
  { subject: 'metric', id: 'orders', comparison: 'atLeast', threshold: 1, value: 2, holds: true },
] as const;
const stage: Decision = {
  ...base,
  kind: 'stageChanged',
  from: null,
  to: 'active',
  direction: 'up',
  because,
  factors: { trust: 51.5 },
  signals: ['at-risk'],
};
const signal: Decision = { ...base, kind: 'signalRaised', signal: 'at-risk' };

const recorded = (decision: Decision, data?: JsonObject) => {
  const event = decisionEvent(decision);
  return { ...event, data: data ?? event.data, recordedAt: 3_000, position: 'p4' as Position };
};

test.each([stage, signal])('a decision of kind $kind is read as it was written', (decision) => {
  const { id } = decisionEvent(decision);
  expect(decisionOf(recorded(decision), 'c')).toEqual({ ...decision, id, recordedAt: 3_000, position: 'p4' });
});

test('one without a model was taken by version 1', () => {
  const { model: _, ...data } = decisionEvent(signal).data;
  expect(decisionOf(recorded(signal, data), 'c')?.model).toBe(1);
});

test('an event that is not a decision is left alone', () => {
  expect(decisionOf({ ...recorded(stage), type: 'order.placed' }, 'c')).toBeUndefined();
});

test.each([
  ['sequence', { sequence: '4' }, '"sequence" is not number'],
  ['ruleset', { ruleset: { name: 'retail', hash: 'abc' } }, '"ruleset.version" is not number'],
  ['asOf', { asOf: 'yesterday' }, '"asOf" is not an instant (RFC 3339)'],
  ['mergesAsOf', { mergesAsOf: 'yesterday' }, '"mergesAsOf" is not an instant (RFC 3339)'],
])('a wrong %s is an error that says where, what and what to do', (_, wrong, reason) => {
  const event = recorded(stage, { ...decisionEvent(stage).data, ...wrong });
  expect(() => decisionOf(event, 'c')).toThrow(
    expect.objectContaining({
      name: 'UnreadableDecision',
      message: `The decision at position p4 of stream relationship-c cannot be read: ${reason}. A newer Rapport wrote it, or the log is damaged. Use the newest Rapport that wrote to this log, or check the log with "rapport verify".`,
    }),
  );
});

test('the checks by hand say the same as the codecs, whatever a field holds', () => {
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('late', 'up', null, [], {}, [{}], [null], ['x'], { a: 1 }, { source: 's', id: 'i' }, undefined),
  );
  const wholes = [decisionEvent(stage).data, decisionEvent(signal).data] as const;
  const fields = [...new Set(wholes.flatMap(Object.keys))];
  fc.assert(
    fc.property(fc.constantFrom(...wholes), fc.constantFrom(...fields), values, (whole, field, value) => {
      // Of instants the codecs also check the form.
      const changed = typeof value === 'string' && field.endsWith('sOf') ? whole : { ...whole, [field]: value };
      expect(isStageData(changed)).toBe(isRight(stageData.decode(changed)));
      expect(isSignalData(changed)).toBe(isRight(signalData.decode(changed)));
    }),
    { numRuns: 2_000 },
  );
});
