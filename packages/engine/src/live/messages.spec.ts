import { decodeFromLiveWorker, decodeToLiveWorker } from './messages';

test('messages are read as they were sent', () => {
  const open = { kind: 'open', checkpoint: undefined };
  expect(decodeFromLiveWorker(structuredClone(open))).toEqual(open);
  expect(decodeToLiveWorker({ kind: 'retry', id: 3 })).toEqual({ kind: 'retry', id: 3 });
});

test('one of an unknown kind, or with a wrong field, is an error', () => {
  const what = 'cannot be read';
  expect(() => decodeToLiveWorker({ kind: 'pause' })).toThrow(
    'A message to the projection thread cannot be read (kind "pause"): two versions of Rapport are mixed in this installation. Install it again.',
  );
  expect(() => decodeFromLiveWorker({ kind: 'saved', checkpoint: 'p' })).toThrow(what);
  expect(() => decodeFromLiveWorker('open')).toThrow(what);
});
