import { type FieldCondition, foldCondition, gathered } from '../ruleset/fold-condition';
import type { Comparisons, EventCondition, Scale } from '../ruleset/ruleset';
import { caseFields, type KeptCase } from './case-book';
import { type FactorOfRuleset, scoreThreshold, type Threshold } from './factor';
import type { FoldedTouchpoint } from './folded-touchpoint';

/** What a condition can see of the customer while one touchpoint is applied. */
export interface EventContext {
  /** The case the touchpoint belongs to. */
  caseOf(touchpoint: FoldedTouchpoint): KeptCase | undefined;
  metricValue(index: number, t: number): number;
  factorScore(index: number, t: number): number;
  /** Below 0, 0 or above it, as the factor's score lies to the threshold. */
  factorSide(index: number, threshold: Threshold, t: number): number;
  readonly stageId: string | null;
  hasConsent(purpose: string): boolean;
}

export type EventTest = (context: EventContext, touchpoint: FoldedTouchpoint, t: number) => boolean;
/** Undefined: missing. An array: several values, any of which may satisfy a condition. */
export type FieldReader = (context: EventContext, touchpoint: FoldedTouchpoint, t: number) => unknown;

/** Finds metrics and factors by id; a ruleset that names others does not compile. */
export interface FieldNames {
  metricIndex(id: string): number;
  factorIndex(id: string): number;
  readonly factors: readonly FactorOfRuleset[];
}

/** Collects the values at the end of a path, arrays on the way and at the end flattened. */
const collect = (value: unknown, path: readonly string[], from: number, into: unknown[]): void => {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) collect(value[i], path, from, into);
  } else if (from === path.length) into.push(value);
  else if (typeof value === 'object' && Object.hasOwn(value, path[from]!))
    collect((value as Record<string, unknown>)[path[from]!], path, from + 1, into);
};

/** The value at the end of a path; an array only where arrays lie on the way. */
const descend = (data: unknown, path: readonly string[]): unknown => {
  let at = data;
  for (let i = 0; i < path.length; i++) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, path[i]!)) return undefined;
    at = (at as Record<string, unknown>)[path[i]!];
    if (Array.isArray(at)) {
      const values: unknown[] = [];
      collect(at, path, i + 1, values);
      return values.length === 0 ? undefined : values;
    }
  }
  return at ?? undefined;
};

/** Compiles a field name into its reader. Throws on a name the ruleset language does not have. */
export const compileField = (field: string, names: FieldNames): FieldReader => {
  const [root, ...path] = field.split('.');
  const rest = path.join('.');
  switch (root) {
    case 'data':
      return path.length === 0 ? () => undefined : (_context, touchpoint) => descend(touchpoint.data, path);
    case 'type':
      return (_context, touchpoint) => touchpoint.type;
    case 'source':
      return (_context, touchpoint) => touchpoint.source;
    case 'staff':
      return (_context, touchpoint) => touchpoint.staff;
    case 'case': {
      const read = Object.hasOwn(caseFields, rest) ? caseFields[rest] : undefined;
      if (read === undefined) break;
      return (context, touchpoint, t) => {
        const found = context.caseOf(touchpoint);
        return found === undefined ? undefined : read(found, t);
      };
    }
    case 'metric': {
      const index = names.metricIndex(rest);
      return (context, _touchpoint, t) => context.metricValue(index, t);
    }
    case 'factor': {
      const index = names.factorIndex(rest);
      return (context, _touchpoint, t) => context.factorScore(index, t);
    }
    case 'stage':
      return (context) => context.stageId ?? undefined;
    case 'consent':
      return (context) => context.hasConsent(rest);
  }
  throw new TypeError(`unknown field "${field}" in a condition`);
};

/** A test of a number against all comparisons given. */
export const compileComparisons = ({ atLeast, above, atMost, below }: Comparisons): ((value: number) => boolean) => {
  const low = atLeast ?? Number.NEGATIVE_INFINITY;
  const over = above ?? Number.NEGATIVE_INFINITY;
  const high = atMost ?? Number.POSITIVE_INFINITY;
  const under = below ?? Number.POSITIVE_INFINITY;
  return (value) =>
    value >= low && (above === undefined || value > over) && value <= high && (below === undefined || value < under);
};

const compileValueTest = (condition: FieldCondition): ((value: unknown) => boolean) => {
  const tests: ((value: unknown) => boolean)[] = [];
  if (condition.is !== undefined) tests.push((value) => value === condition.is);
  const allowed = condition.in;
  if (allowed !== undefined) tests.push((value) => (allowed as readonly unknown[]).includes(value));
  if ([condition.atLeast, condition.above, condition.atMost, condition.below].some((limit) => limit !== undefined)) {
    const within = compileComparisons(condition);
    tests.push((value) => typeof value === 'number' && within(value));
  }
  const [only, ...others] = tests;
  return only !== undefined && others.length === 0 ? only : (value) => tests.every((test) => test(value));
};

/** A score is compared by the evidence that remains, not by its rounded value (MODEL, section 2, Factors). */
const compileScoreTest = (condition: FieldCondition, id: string, names: FieldNames): EventTest => {
  const index = names.factorIndex(id);
  const { prior } = names.factors[index]!;
  const { is, in: among, exists, atLeast, above, atMost, below } = condition;
  const sideIs = (x: unknown, holds: (side: number) => boolean): EventTest => {
    if (typeof x !== 'number') return () => false;
    const threshold = scoreThreshold(prior, x);
    return (context, _touchpoint, t) => holds(context.factorSide(index, threshold, t));
  };
  const isZero = (side: number): boolean => side === 0;
  const tests: EventTest[] = [];
  if (exists === false) return () => false;
  if (is !== undefined) tests.push(sideIs(is, isZero));
  if (among !== undefined) {
    const each = among.map((one) => sideIs(one, isZero));
    tests.push((...seen) => each.some((test) => test(...seen)));
  }
  if (atLeast !== undefined) tests.push(sideIs(atLeast, (side) => side >= 0));
  if (above !== undefined) tests.push(sideIs(above, (side) => side > 0));
  if (atMost !== undefined) tests.push(sideIs(atMost, (side) => side <= 0));
  if (below !== undefined) tests.push(sideIs(below, (side) => side < 0));
  return (...seen) => tests.every((test) => test(...seen));
};

const compileFieldCondition = (condition: FieldCondition, names: FieldNames): EventTest => {
  if (condition.field.startsWith('factor.'))
    return compileScoreTest(condition, condition.field.slice('factor.'.length), names);
  const read = compileField(condition.field, names);
  const satisfies = compileValueTest(condition);
  const { field: _, exists, ...others } = condition;
  const absenceHolds = exists === false && Object.values(others).every((other) => other === undefined);
  return (context, touchpoint, t) => {
    const value = read(context, touchpoint, t);
    if (value === undefined) return absenceHolds;
    if (exists === false) return false;
    return Array.isArray(value) ? value.some(satisfies) : satisfies(value);
  };
};

/** Compiles a condition on touchpoint and state into one closure. A missing field fails all but `exists: false`. */
export const compileEventCondition = (condition: EventCondition, names: FieldNames): EventTest =>
  foldCondition<EventCondition, EventTest>(condition, {
    all: (tests) => (context, touchpoint, t) => tests.every((test) => test(context, touchpoint, t)),
    any: (tests) => (context, touchpoint, t) => tests.some((test) => test(context, touchpoint, t)),
    not: (test) => (context, touchpoint, t) => !test(context, touchpoint, t),
    leaf: (leaf) => compileFieldCondition(leaf, names),
  });

/** Compiles a scale into the factor it multiplies weights with. */
export const compileScale = (scale: Scale, names: FieldNames): ((...args: Parameters<FieldReader>) => number) => {
  const read = compileField(scale.field, names);
  const fallback = scale.default ?? 1;
  const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
  if ('map' in scale) {
    const map = new Map(Object.entries(scale.map));
    return (context, touchpoint, t) => {
      const value = first(read(context, touchpoint, t));
      return value === undefined ? fallback : (map.get(String(value)) ?? fallback);
    };
  }
  const { curve } = scale;
  return (context, touchpoint, t) => {
    const x = first(read(context, touchpoint, t));
    if (typeof x !== 'number') return fallback;
    const at = curve.findIndex(([end]) => x <= end);
    const right = curve[at];
    if (right === undefined) return curve.at(-1)?.[1] ?? fallback;
    const [x0, y0] = curve[at - 1] ?? right;
    const [x1, y1] = right;
    if (at === 0) return y1;
    return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
  };
};

/** Fields of `data` that a condition or field name reads, to know which payloads a replay must parse. */
export const readsData = (field: string): boolean => field.startsWith('data') || field.startsWith('case');

/** The fields that a condition looks at. */
export const fieldsOf = (condition: EventCondition | undefined): readonly string[] =>
  condition === undefined
    ? []
    : foldCondition<EventCondition, readonly string[]>(condition, { ...gathered, leaf: ({ field }) => [field] });
