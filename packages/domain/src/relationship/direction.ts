/** Which way a move on the ladder goes. */
export type Direction = 'up' | 'down';

/**
 * Which way a move on the ladder goes. A customer's first stage is a move up.
 *
 * @param ladder ids of the stages, lowest first
 * @param from `null` for the first touchpoint
 * @example directionOf(['attract', 'build', 'loyal'], 'loyal', 'build') // 'down'
 */
export const directionOf = (ladder: readonly string[], from: string | null, to: string): Direction =>
  from === null || ladder.indexOf(to) > ladder.indexOf(from) ? 'up' : 'down';
