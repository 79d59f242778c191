import type { ChangeEvent as Announced, DecisionCause, ChangeFilter as Understood } from '@rapport/engine';
import { CHANGE_FILTER_LIST } from '@rapport/engine/change-filters';
import type { ItemResult } from '@rapport/http-api/testing';
import { expectTypeOf } from 'expect-type';
import { CHANGE_TYPES, type ChangeCause, type ChangeEvent, type ChangeFilter } from './change-event';
import { PARAMETERS } from './query';
import type { TouchpointResult } from './touchpoint';

// The types here stand for themselves, so that the client can be used without the house. They are those of the engine.
// Checked by the compiler.

test('events are those that the engine announces', () => {
  expectTypeOf<Announced>().toExtend<ChangeEvent>();
  expectTypeOf<Announced['type']>().toEqualTypeOf<ChangeEvent['type']>();
  expectTypeOf<DecisionCause>().toEqualTypeOf<ChangeCause>();
  const types: Record<Announced['type'], true> = {
    'relationship.stageChanged.v1': true,
    'relationship.signalRaised.v1': true,
    'relationship.signalCleared.v1': true,
  };
  expect(Object.keys(types)).toEqual(CHANGE_TYPES);
});

test('filters are those that the engine understands, under the parameters that it reads', () => {
  expectTypeOf<ChangeFilter>().toEqualTypeOf<Understood>();
  expect(PARAMETERS).toEqual(Object.fromEntries(CHANGE_FILTER_LIST.map(([name, { parameter }]) => [name, parameter])));
});

test('results are those that intake answers, but for calls of Segment', () => {
  expectTypeOf<Exclude<ItemResult, { status: 'skipped' }>>().toExtend<TouchpointResult>();
  expectTypeOf<TouchpointResult['status']>().toEqualTypeOf<Exclude<ItemResult['status'], 'skipped'>>();
});
