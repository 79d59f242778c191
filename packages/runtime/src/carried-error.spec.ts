import { carriedError, carryError, revive } from './carried-error';
import { StorageError } from './storage-error';

const overThere = (error: unknown): Error => carriedError(structuredClone(carryError(error)));

test('an error of storage is one on the other thread too, with its problem', () => {
  const error = overThere(new StorageError('full', 'There is no room.'));
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ problem: 'full', message: 'There is no room.' });
});

test('a RangeError is one too', () => {
  expect(overThere(new RangeError('limit'))).toBeInstanceOf(RangeError);
});

test('an error of a class that asked for it is an instance of that class', () => {
  class Interrupted extends Error {
    override readonly name = 'Interrupted';
    constructor(readonly by: string) {
      super(`interrupted by ${by}`);
    }
  }
  revive('Interrupted', ({ details }) => new Interrupted(details.by ?? ''));
  expect(overThere(new Interrupted('a signal'))).toBeInstanceOf(Interrupted);
  expect(overThere(new Interrupted('a signal'))).toMatchObject({ by: 'a signal' });
});

test('others keep their name, their stack and what they say beside the message', () => {
  const error = Object.assign(new Error('no'), { name: 'RebuildNeeded', reason: 'other rules', of: () => 1 });
  expect(overThere(error)).toMatchObject({ name: 'RebuildNeeded', reason: 'other rules', stack: error.stack });
  expect(overThere('a text')).toMatchObject({ name: 'Error', message: 'a text' });
});
