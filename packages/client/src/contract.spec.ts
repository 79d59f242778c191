import type { ChangeEvent as Announced, ChangeFilter as Understood } from '@rapport/engine';
import type { ChangeEvent, ChangeFilter } from './change-event';

/** Compiles only while `From` can be used wherever `To` is expected. */
type Assignable<From extends To, To> = From;

describe('the contract', () => {
  it('is what the engine announces, and asks only for what the engine understands', () => {
    const announced = (event: Assignable<Announced, ChangeEvent>): ChangeEvent => event;
    const asked = (filter: Assignable<ChangeFilter, Understood>): Understood => filter;
    // Every type that the engine announces has a type of its own here, and no other.
    const types: Record<Announced['type'], true> = {
      'relationship.stageChanged.v1': true,
      'relationship.signalRaised.v1': true,
      'relationship.signalCleared.v1': true,
    } satisfies Record<ChangeEvent['type'], true>;
    expect([announced, asked].map((check) => typeof check)).toEqual(['function', 'function']);
    expect(Object.keys(types)).toHaveLength(3);
  });
});
