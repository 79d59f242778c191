const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * A share of 0 to 1 as a bar of up to `width` characters, to the eighth of a character; anything above nothing is
 * seen.
 *
 * @example bar(0.5, 10) // '█████'
 */
export const bar = (share: number, width: number): string => {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
  const eighths = clamped > 0 ? Math.max(1, Math.round(clamped * width * 8)) : 0;
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
};

/** As {@link bar}, with the rest drawn: for values that have a full scale, such as scores. */
export const gauge = (share: number, width: number, dim: (text: string) => string): string => {
  const filled = bar(share, width);
  return filled + dim('·'.repeat(Math.max(0, width - filled.length)));
};
