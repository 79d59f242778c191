/** How many of one key may come before the others are only counted: at once, and then each second. */
const BURST = { records: 1_000, bytes: 512 * 1024 };
const EACH_SECOND = { records: 20, bytes: 32 * 1024 };
/** Keys with an allowance of their own; the one silent for longest starts again. */
const MOST_KEYS = 1_000;
const MINUTE = 60_000;

interface Allowance {
  records: number;
  bytes: number;
  at: number;
  toldAt: number;
}

/** Bounds the work and the memory that refusals of one key cost, however many there are. */
export interface Admission {
  /** Whether one more may be kept. */
  admit(key: string, now: number): boolean;
  /** The number of bytes that were read for it. */
  spend(key: string, bytes: number): void;
  /** True once a minute: for the first that was not admitted. */
  tellsOf(key: string, now: number): boolean;
}

export const admission = (): Admission => {
  const allowances = new Map<string, Allowance>();
  const of = (key: string, now: number): Allowance => {
    const found = allowances.get(key) ?? { ...BURST, at: now, toldAt: Number.NEGATIVE_INFINITY };
    const seconds = Math.max(0, now - found.at) / 1_000;
    found.records = Math.min(BURST.records, found.records + seconds * EACH_SECOND.records);
    found.bytes = Math.min(BURST.bytes, found.bytes + seconds * EACH_SECOND.bytes);
    // A clock that is set back gives nothing, and takes nothing either.
    found.at = now;
    allowances.delete(key);
    allowances.set(key, found);
    if (allowances.size > MOST_KEYS) allowances.delete(allowances.keys().next().value as string);
    return found;
  };

  return {
    admit: (key, now) => {
      const allowance = of(key, now);
      if (allowance.records < 1 || allowance.bytes <= 0) return false;
      allowance.records--;
      return true;
    },
    spend: (key, bytes) => {
      const allowance = allowances.get(key);
      if (allowance !== undefined) allowance.bytes -= bytes;
    },
    tellsOf: (key, now) => {
      const allowance = of(key, now);
      if (Math.abs(now - allowance.toldAt) < MINUTE) return false;
      allowance.toldAt = now;
      return true;
    },
  };
};
