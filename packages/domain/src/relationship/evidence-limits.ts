import type { StateReader, StateWriter } from '../state-bytes';

/**
 * When evidence rules with a limit (`atMost`) last applied, by the index of the rule. Each rule of the program has its
 * list, so an element is always there (`!`).
 */
export class EvidenceLimits {
  /** Of each rule the latest last, and no more than its limit. */
  private readonly applied: number[][];

  constructor(rules: number) {
    this.applied = Array.from({ length: rules }, () => []);
  }

  /** Whether a rule that may apply `times` times within `within` milliseconds may apply at `t`; if so, it has. */
  admit(rule: number, times: number, within: number, t: number): boolean {
    const applied = this.applied[rule]!;
    if (applied.length === times) {
      if (applied[0]! > t - within) return false;
      applied.shift();
    }
    applied.push(t);
    return true;
  }

  reset(): void {
    for (const times of this.applied) if (times.length > 0) times.length = 0;
  }
  save(out: StateWriter): void {
    // Of the many rules that have a limit few have applied.
    let limited = 0;
    for (const times of this.applied) if (times.length > 0) limited++;
    out.number(limited);
    for (let rule = 0; rule < this.applied.length; rule++) {
      if (this.applied[rule]!.length === 0) continue;
      out.number(rule);
      out.numbers(this.applied[rule]!);
    }
  }
  /** After a reset. */
  restore(saved: StateReader): void {
    for (let left = saved.number(); left > 0; left--) saved.numbers(this.applied[saved.number()]!);
  }
}
