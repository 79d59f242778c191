import type { StateReader, StateWriter } from '../state-bytes';
import { identityOf } from '../touchpoint/touchpoint';
import type { FoldedTouchpoint } from './folded-touchpoint';
import type { OpenPromise } from './relationship';

/**
 * Open promises of one customer, by the index of their rule; within a rule the oldest first. Each rule of the program has
 * its list, so an element is always there (`!`).
 */
export class PromiseBook {
  private readonly open: OpenPromise[][];
  /** The first deadline of all. */
  private first = Number.POSITIVE_INFINITY;

  constructor(private readonly ids: readonly string[]) {
    this.open = ids.map(() => []);
  }

  count(rule: number): number {
    return this.open[rule]!.length;
  }

  /** When the next promise breaks: a millisecond after the first deadline. */
  get breaksAt(): number {
    return this.first + 1;
  }

  list(): readonly OpenPromise[] {
    return this.open.flat().map((promise) => ({ ...promise, touchpoint: identityOf(promise.touchpoint) }));
  }

  /** A second promise with the key of an open one is not made. Returns whether it was made. */
  make(rule: number, key: string | null, deadline: number, touchpoint: FoldedTouchpoint, t: number): boolean {
    const open = this.open[rule]!;
    if (key !== null && open.some((promise) => promise.key === key)) return false;
    open.push({
      id: this.ids[rule]!,
      key,
      madeAt: t,
      deadline,
      // Not copied: touchpoints of a replay look up their identity only when it is read.
      touchpoint,
    });
    if (deadline < this.first) this.first = deadline;
    return true;
  }

  /** Removes the promise with this key, or the oldest one of a rule without keys. */
  settle(rule: number, key: string | null): OpenPromise | undefined {
    const open = this.open[rule]!;
    if (open.length === 0) return undefined;
    const at = key === null ? 0 : open.findIndex((promise) => promise.key === key);
    if (at < 0) return undefined;
    const settled = open.splice(at, 1)[0]!;
    if (settled.deadline === this.first) this.findFirst();
    return settled;
  }

  /** Removes all promises whose deadline has passed at `t`, in order of rule and age. Calls `each` with the rule's index. */
  expire(t: number, each: (rule: number, promise: OpenPromise) => void): void {
    for (let rule = 0; rule < this.open.length; rule++) {
      const open = this.open[rule]!;
      for (let i = 0; i < open.length; ) {
        if (open[i]!.deadline < t) each(rule, open.splice(i, 1)[0]!);
        else i++;
      }
    }
    this.findFirst();
  }

  private findFirst(): void {
    this.first = Number.POSITIVE_INFINITY;
    for (const open of this.open) for (const { deadline } of open) if (deadline < this.first) this.first = deadline;
  }

  reset(): void {
    for (const open of this.open) open.length = 0;
    this.first = Number.POSITIVE_INFINITY;
  }
  save(out: StateWriter): void {
    let count = 0;
    for (const open of this.open) count += open.length;
    out.number(count);
    if (count === 0) return;
    for (let rule = 0; rule < this.open.length; rule++)
      for (const { key, madeAt, deadline, touchpoint } of this.open[rule]!) {
        out.number(rule);
        out.number(madeAt);
        out.number(deadline);
        out.other(key);
        out.other(touchpoint.source);
        out.other(touchpoint.id);
      }
  }
  /** After a reset. */
  restore(saved: StateReader): void {
    const count = saved.number();
    for (let i = 0; i < count; i++) {
      const rule = saved.number();
      const [madeAt, deadline] = [saved.number(), saved.number()];
      const key = saved.other() as string | null;
      const touchpoint = { source: saved.other() as string, id: saved.other() as string };
      this.open[rule]!.push({ id: this.ids[rule]!, key, madeAt, deadline, touchpoint });
    }
    if (count > 0) this.findFirst();
  }
}
