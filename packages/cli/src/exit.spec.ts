import { CommandError, EXIT, failureOf, interruptible } from './exit';

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

test('errors for people are told without a stack', () => {
  expect(failureOf(new CommandError('no such file', EXIT.no))).toMatchObject({ message: 'no such file', exitCode: 1 });
  expect(failureOf(named('StoreError', 'The store is damaged.'))).toEqual({
    message: 'The store is damaged.',
    exitCode: 2,
  });
});

test('what the system refuses is told without a stack', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
  expect(failureOf(full)).toEqual({
    message: 'The system refused: ENOSPC: no space left on device, write.',
    exitCode: 2,
  });
});

test('a defect is called one and shows its stack', () => {
  const { message, exitCode } = failureOf(new TypeError('x is not a function'));
  expect(exitCode).toBe(70);
  expect(message).toMatch(/defect of Rapport[\s\S]*TypeError: x is not a function[\s\S]*at /);
});

test.each(['AbortError', 'Interrupted'])('work stopped by %s says how to go on', async (name) => {
  const stopped = interruptible('Run it again.', () => Promise.reject(named(name, 'aborted')));
  await expect(stopped).rejects.toMatchObject({ message: 'Stopped. Run it again.', exitCode: 130 });
});

test('other errors pass through interruptible as they are', async () => {
  const error = new RangeError('beyond');
  await expect(interruptible('Run it again.', () => Promise.reject(error))).rejects.toBe(error);
});
