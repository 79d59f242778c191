import { StoreError, type StoreErrorKind } from '@rapport/sqlite';
import { ConfigError } from './config';
import { exitStatusOf } from './exit-status';
import { ServeError } from './serve-error';

const store = (kind: StoreErrorKind): StoreError => new StoreError(kind, 'events.sqlite', 'x');

test.each([
  ['wrong settings', new ConfigError(['x']), 2],
  ['a port that is taken', new ServeError('x', true), 75],
  ['a port that this user may not have', new ServeError('x'), 2],
  ['a store that another process holds', store('locked'), 75],
  ['a full disk', store('full'), 75],
  ['a damaged store', store('damaged'), 2],
  ['a store of a newer version', store('newer-version'), 2],
  ['a file without permission', store('unwritable'), 2],
  ['anything else', new TypeError('x'), 70],
  ['what is no error', 'x', 70],
])('%s ends the engine with a status that says whether another start is worth it', (_, error, status) =>
  expect(exitStatusOf(error)).toBe(status),
);
