import { distance as withoutSwaps } from 'fastest-levenshtein';

/** Edits (insert, delete, replace, swap of neighbours) that turn one name into the other. */
const editDistance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
};

/**
 * The known name that was most likely meant; undefined when none is near.
 *
 * @param most edits away at most; generous when absent, for names that are wrong for sure
 */
export const nearestName = (
  name: string,
  known: Iterable<string>,
  most = Math.max(1, Math.floor(name.length / 2.5)),
): string | undefined => {
  if (name.length > 80) return undefined;
  let nearest: string | undefined;
  let best = most + 1;
  const wanted = name.toLowerCase();
  for (const candidate of known) {
    // A swap is two edits without swaps. Found quickly, for there may be thousands of names on both sides.
    if (withoutSwaps(wanted, candidate.toLowerCase()) > 2 * (best - 1)) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
};

/** `; did you mean "x"?`, or the list of what there is, or nothing: to be put behind a message. */
export const hint = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `; did you mean "${nearest}"?`;
  return known.length > 0 && known.length <= 12 ? `; known are ${known.join(', ')}` : '';
};
