/** Values in order, with their ties: what rank statistics are made from, sorted once however often they are resampled. */
export interface Ranking {
  /** The group of equal values each value belongs to, ascending, by index of the value. */
  readonly groupOf: Uint32Array;
  readonly groups: number;
}

/** How often each value counts: 1 for every one of them, or what a resample drew. */
export type Counts = ArrayLike<number>;

/** Infinite values rank like any other; NaN is refused, since it has no place. */
export const rankingOf = (values: readonly number[]): Ranking => {
  if (values.some(Number.isNaN)) throw new RangeError('a ranking needs numbers, and one of the values is NaN');
  const order = Uint32Array.from(values.keys()).sort((a, b) =>
    values[a]! < values[b]! ? -1 : values[a]! > values[b]! ? 1 : 0,
  );
  const groupOf = new Uint32Array(values.length);
  let groups = 0;
  order.forEach((index, place) => {
    if (place > 0 && values[index] !== values[order[place - 1]!]) groups++;
    groupOf[index] = groups;
  });
  return { groupOf, groups: values.length === 0 ? 0 : groups + 1 };
};

/** Per group of equal values, in order: the mean of the places they span, from 1, each counting as `counts` says. */
export const groupRanks = ({ groupOf, groups }: Ranking, counts: Counts): Float64Array => {
  const ranks = new Float64Array(groups);
  for (let i = 0; i < groupOf.length; i++) ranks[groupOf[i]!]! += counts[i]!;
  let below = 0;
  for (let group = 0; group < groups; group++) {
    const size = ranks[group];
    ranks[group] = below + (size! + 1) / 2;
    below += size!;
  }
  return ranks;
};

/** The rank of each value, equal values sharing one. */
export const midranks = (ranking: Ranking, counts: Counts): readonly number[] => {
  const ranks = groupRanks(ranking, counts);
  return Array.from(ranking.groupOf, (group) => ranks[group]!);
};

/** A count of one for each. */
export const once = (size: number): Counts => new Uint32Array(size).fill(1);
