import type { Program } from '@rapport/domain';
import { factorsOf } from '@rapport/engine';
import { openReadModelOnThread, type ReadModel, type ReadModelLocation } from '@rapport/read-model';

/** Milliseconds in which running queries may finish on a replaced read model. */
const GRACE_MS = 30_000;

/**
 * The read model that answers questions. It is on a thread of its own, so that a long question never delays intake. It
 * is opened again when another read model is switched in.
 */
export class ReadModelHandle {
  /** Still open for running queries, each with the timer that closes it. */
  private readonly replaced = new Map<ReadModel, NodeJS.Timeout>();

  private constructor(
    private readonly location: ReadModelLocation,
    private open: ReadModel,
  ) {}

  /** @throws StorageError as {@link openReadModelOnThread} */
  static async open(location: ReadModelLocation, program: Program): Promise<ReadModelHandle> {
    return new ReadModelHandle(location, await openReadModelOnThread(location, factorsOf(program)));
  }

  current(): ReadModel {
    return this.open;
  }

  /** Opens the stored read model again; the present one stays open for {@link GRACE_MS}, and for good if this fails. */
  async reopen(program: Program): Promise<void> {
    const next = await openReadModelOnThread(this.location, factorsOf(program));
    const old = this.open;
    this.open = next;
    const timer = setTimeout(() => {
      this.replaced.delete(old);
      void old.close();
    }, GRACE_MS);
    timer.unref();
    this.replaced.set(old, timer);
  }

  /** May be called twice. */
  async close(): Promise<void> {
    for (const [readModel, timer] of this.replaced) {
      clearTimeout(timer);
      await readModel.close();
    }
    this.replaced.clear();
    await this.open.close();
  }
}
