import type { TypePattern } from './condition';

/**
 * Whether a touchpoint type matches `order.completed`, `order.*` or `*`, alone or in a list.
 *
 * @example matchesType(['order.*', 'call.made'], 'order.refunded') // true
 */
export const matchesType = (pattern: TypePattern, type: string): boolean => {
  if (typeof pattern !== 'string') return pattern.some((one) => matchesType(one, type));
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
};
