import type { ChangeEvent as Announced, ChangeFilter as Understood } from '@rapport/engine';
import { expectTypeOf } from 'expect-type';
import type { ChangeEvent, ChangeFilter } from './change-event';

// The compiler checks these: `npx tsc -b` fails when the types of the client and of the engine part.
describe('the contract', () => {
  it('has a type for everything that the engine announces', () => {
    expectTypeOf<Announced>().toExtend<ChangeEvent>();
  });

  it('has no type of event that the engine does not announce', () => {
    expectTypeOf<ChangeEvent['type']>().toEqualTypeOf<Announced['type']>();
  });

  it('asks only for what the engine understands', () => {
    expectTypeOf<ChangeFilter>().toExtend<Understood>();
  });
});
