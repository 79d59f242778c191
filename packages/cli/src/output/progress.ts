import type { Progress } from '@rapport/data-directory';
import { onAbort } from '@rapport/runtime';
import type { SingleBar } from 'cli-progress';
import { elapsed } from './instants';
import { whole } from './numbers';

/** Shorter work needs no progress bar. */
const PATIENCE = 1000;
const REDRAW = 100;

export const NO_PROGRESS: Progress = { update: () => undefined, stop: () => undefined };

/**
 * A bar with rate and time left on stderr, for work that takes longer than a second; nothing where stderr is not a
 * terminal. The library is loaded when the first bar is drawn. Once the signal aborts the bar is gone, before anything
 * is said about it.
 */
export const progressOn = (stream: NodeJS.WriteStream, label: string, unit: string, signal: AbortSignal): Progress => {
  if (stream.isTTY !== true || signal.aborted) return NO_PROGRESS;
  const startedAt = Date.now();
  let bar: SingleBar | undefined;
  let loading = false;
  let stopped = false;
  let latest: readonly [done: number, total: number | undefined] = [0, undefined];

  const line = (done: number, total: number): string => {
    const seconds = (Date.now() - startedAt) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const left = rate > 0 && total > done ? `, ${elapsed(((total - done) / rate) * 1000)} left` : '';
    const of = total > done ? ` of ${whole(total)}` : '';
    return `${whole(done)}${of} ${unit}, ${whole(rate)}/s${left}`;
  };

  const draw = async (): Promise<void> => {
    loading = true;
    const { default: cliProgress } = await import('cli-progress');
    if (stopped) return;
    bar = new cliProgress.SingleBar({
      stream,
      clearOnComplete: true,
      hideCursor: true,
      fps: 1000 / REDRAW,
      format: (_options, { progress }, { words }: { words?: string }) => {
        const filled = Math.min(20, Math.round(progress * 20));
        const drawn = latest[1] === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} `;
        return `${label} ${drawn}${words ?? ''}`;
      },
    });
    bar.start(latest[1] ?? 0, latest[0], { words: line(latest[0], latest[1] ?? 0) });
  };

  const stop = (): void => {
    stopped = true;
    bar?.stop();
    bar = undefined;
    stopListening();
  };
  const stopListening = onAbort(signal, stop);

  return {
    stop,
    update: (done, total) => {
      latest = [done, total ?? latest[1]];
      if (stopped) return;
      if (bar === undefined) {
        if (!loading && Date.now() - startedAt > PATIENCE) void draw();
        return;
      }
      bar.setTotal(latest[1] ?? 0);
      bar.update(done, { words: line(done, latest[1] ?? 0) });
    },
  };
};
