import { formatCondition } from './format-condition';
import { pointer } from './problem';
import type { EventCondition, Ruleset, StateCondition } from './ruleset';

/** One difference between two rulesets. */
export interface RulesetChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** Where, with elements of lists by their id: `/stages/loyal/enter`. */
  readonly path: string;
  /** The value before; undefined when added. */
  readonly before?: unknown;
  /** The value after; undefined when removed. */
  readonly after?: unknown;
  /** The change in one line. */
  readonly text: string;
}

type Segments = readonly string[];

const CONDITIONS = new Set(['when', 'where', 'madeWhen', 'keptWhen', 'enter', 'stay', 'raise', 'clear']);

const NAMES: Readonly<Record<string, string>> = {
  factors: 'factor',
  metrics: 'metric',
  evidence: 'evidence rule',
  promises: 'promise',
  stages: 'stage',
  signals: 'signal',
  touchpoints: 'touchpoint type',
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const same = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
};

const show = (value: unknown, segments: Segments): string =>
  CONDITIONS.has(segments.at(-1) ?? '')
    ? formatCondition(value as EventCondition | StateCondition)
    : JSON.stringify(value);

const title = ([list = '', id, ...rest]: Segments): string => {
  const element =
    NAMES[list] !== undefined && id !== undefined ? `${NAMES[list]} ${id}` : [list, id].filter(Boolean).join('.');
  return rest.length === 0 ? element : `${element}: ${rest.join('.')}`;
};

const change = (segments: Segments, before: unknown, after: unknown): RulesetChange => {
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  const whole = segments.length === 2 && NAMES[segments[0] ?? ''] !== undefined;
  const text =
    kind === 'changed'
      ? `${title(segments)} changed from ${show(before, segments)} to ${show(after, segments)}`
      : `${title(segments)} ${kind}${whole ? '' : `: ${show(before ?? after, segments)}`}`;
  return { kind, path: pointer(...segments), before, after, text };
};

const diff = (segments: Segments, before: unknown, after: unknown): readonly RulesetChange[] => {
  if (same(before, after)) return [];
  const leaf = !isObject(before) || !isObject(after) || CONDITIONS.has(segments.at(-1) ?? '');
  if (leaf) return [change(segments, before, after)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    diff([...segments, key], before[key], after[key]),
  );
};

interface Element {
  readonly id: string;
}

const byId = (list: readonly Element[] = []): Readonly<Record<string, unknown>> =>
  Object.fromEntries(list.map(({ id, ...rest }) => [id, rest]));

/** The order of what both have: it decides which rule is applied first and which stage is above. */
const orderChanges = (name: string, before: readonly Element[] = [], after: readonly Element[] = []) => {
  const idsBefore = before.map((element) => element.id);
  const idsAfter = after.map((element) => element.id);
  const kept = idsBefore.filter((id) => idsAfter.includes(id));
  const now = idsAfter.filter((id) => idsBefore.includes(id));
  if (same(kept, now)) return [];
  const text = `order of ${name} changed from ${idsBefore.join(', ')} to ${idsAfter.join(', ')}`;
  return [{ kind: 'changed', path: pointer(name), before: idsBefore, after: idsAfter, text } satisfies RulesetChange];
};

const LISTS = ['evidence', 'promises', 'stages', 'signals'] as const;

/**
 * What changed from one ruleset to another, element by element: rules, promises, stages and signals are matched by
 * their id. Empty exactly when both have the same hash.
 */
export const diffRulesets = (a: Ruleset, b: Ruleset): readonly RulesetChange[] => {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])] as readonly (keyof Ruleset)[];
  return keys.flatMap((key) => {
    const list = LISTS.find((name) => name === key);
    // An empty list is not an absent one: both say the same, but not with the same hash.
    if (list === undefined || a[list] === undefined || b[list] === undefined) return diff([key], a[key], b[key]);
    return [...diff([list], byId(a[list]), byId(b[list])), ...orderChanges(list, a[list], b[list])];
  });
};
