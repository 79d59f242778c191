import { PassThrough } from 'node:stream';
import { progressOn } from './progress';

/** What a terminal is given. */
const terminal = () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return { stream: stream as unknown as NodeJS.WriteStream, shown: () => text };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('once it is stopped by a signal nothing of a bar is drawn, whatever is still reported', async () => {
  const { stream, shown } = terminal();
  const stopping = new AbortController();
  const clock = jest.spyOn(Date, 'now').mockReturnValue(0);
  const progress = progressOn(stream, 'folding', 'touchpoints', stopping.signal);
  clock.mockReturnValue(5_000);
  while (!shown().includes('folding')) {
    progress.update(10, 100);
    await turn();
  }
  stopping.abort();
  await turn();
  const before = shown();
  progress.update(90, 100);
  progress.stop();
  await turn();
  expect(shown()).toBe(before);
  // The line was cleared, and the cursor is there again.
  const cleared = ['\u001b[0K', '\u001b[J', '\u001b[0J', '\u001b[2K'];
  expect(cleared.some((sequence) => before.slice(before.lastIndexOf('folding')).includes(sequence))).toBe(true);
  expect(before).toContain('\u001b[?25h');
  clock.mockRestore();
});

test('work that is stopped before it begins has no bar', () => {
  const { stream, shown } = terminal();
  const progress = progressOn(stream, 'folding', 'touchpoints', AbortSignal.abort());
  progress.update(10, 100);
  expect(shown()).toBe('');
});
