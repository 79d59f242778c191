import { carriedError, carryError } from './carried-error';
import { StoreError } from './store-error';

const overThere = (error: unknown): Error => carriedError(structuredClone(carryError(error)));

test('a StoreError is one on the other side too, of the same kind and file', () => {
  const error = overThere(new StoreError('full', 'data/log.sqlite', 'The disk is full.'));
  expect(error).toBeInstanceOf(StoreError);
  expect(error).toMatchObject({ kind: 'full', path: 'data/log.sqlite', message: 'The disk is full.' });
});

test('a RangeError is one too', () => {
  expect(overThere(new RangeError('limit'))).toBeInstanceOf(RangeError);
});

test('others keep their name, their stack and what they say beside the message', () => {
  const error = Object.assign(new Error('no'), { name: 'RebuildNeeded', reason: 'other rules', of: () => 1 });
  expect(overThere(error)).toMatchObject({ name: 'RebuildNeeded', reason: 'other rules', stack: error.stack });
  expect(overThere('a text')).toMatchObject({ name: 'Error', message: 'a text' });
});
