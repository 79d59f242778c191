import { aborted, Notifier, onAbort, sleep, waitOrAbort } from './abortable';

/** Counts the listeners of a signal that were not removed. */
const counted = (controller: AbortController) => {
  let listeners = 0;
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  return { signal, listeners: () => listeners };
};

describe('waiting for something or for a signal', () => {
  test('ends when it is done, cleans up once and leaves no listener', async () => {
    const controller = new AbortController();
    const { signal, listeners } = counted(controller);
    let cleaned = 0;
    let finish = (): void => undefined;
    const waited = waitOrAbort(signal, (done) => {
      finish = done;
      return () => void cleaned++;
    });
    expect(listeners()).toBe(1);
    finish();
    finish();
    await waited;
    controller.abort();
    expect([cleaned, listeners()]).toEqual([1, 0]);
  });

  test('ends when the signal aborts, and cleans up once', async () => {
    const controller = new AbortController();
    let cleaned = 0;
    const waited = waitOrAbort(controller.signal, () => () => void cleaned++);
    controller.abort();
    await waited;
    expect(cleaned).toBe(1);
  });

  test('may be done at once', async () => {
    const { signal, listeners } = counted(new AbortController());
    let cleaned = 0;
    await waitOrAbort(signal, (done) => {
      done();
      return () => void cleaned++;
    });
    expect([cleaned, listeners()]).toEqual([1, 0]);
  });

  test('does not begin after the signal has aborted', async () => {
    const begin = jest.fn();
    await waitOrAbort(AbortSignal.abort(), begin);
    expect(begin).not.toHaveBeenCalled();
  });

  test('rejects only where it cannot begin', async () => {
    const { signal, listeners } = counted(new AbortController());
    const broken = waitOrAbort(signal, () => {
      throw new Error('no socket');
    });
    await expect(broken).rejects.toThrow('no socket');
    expect(listeners()).toBe(0);
  });
});

test('a sleep ends with its time or with its signal', async () => {
  await sleep(1, new AbortController().signal);
  const controller = new AbortController();
  const long = sleep(3_600_000, controller.signal);
  controller.abort();
  await long;
});

test('the end of a signal can be waited for, also when it has come', async () => {
  const controller = new AbortController();
  const end = aborted(controller.signal);
  controller.abort();
  await end;
  await aborted(controller.signal);
});

test('a listener is called once, also for a signal that has aborted, and not after it was taken off', async () => {
  const controller = new AbortController();
  const [kept, removed, late] = [jest.fn(), jest.fn(), jest.fn()];
  onAbort(controller.signal, kept);
  const stop = onAbort(controller.signal, removed);
  stop();
  stop();
  controller.abort();
  onAbort(controller.signal, late);
  await null;
  expect([kept, removed, late].map(({ mock }) => mock.calls.length)).toEqual([1, 0, 1]);
});

describe('a notifier', () => {
  test('wakes all who wait, and not who waits again', async () => {
    const notifier = new Notifier();
    const { signal } = new AbortController();
    const woken: string[] = [];
    const wait = async (name: string): Promise<void> => {
      await notifier.next(signal);
      woken.push(name);
    };
    const both = [wait('a'), wait('b')];
    notifier.notify();
    await Promise.all(both);
    const again = wait('a');
    await null;
    expect(woken).toEqual(['a', 'b']);
    notifier.notify();
    await again;
  });

  test('lets go of who gives up', async () => {
    const notifier = new Notifier();
    const controller = new AbortController();
    const waited = notifier.next(controller.signal);
    controller.abort();
    await waited;
    notifier.notify();
  });
});
