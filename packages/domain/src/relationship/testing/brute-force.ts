import { toNumber, unitsOf } from '../../number/testing/exact-arithmetic';
import type {
  Comparisons,
  EventCondition,
  MetricRule,
  Ruleset,
  StateCondition,
  TypePattern,
} from '../../ruleset/ruleset';
import { parseDuration } from '../../time/duration';
import { DAY, formatInstant, parseInstant } from '../../time/instant';
import { compareTouchpoints } from '../../touchpoint/touchpoint';
import type { FoldedTouchpoint } from '../folded-touchpoint';
import { type Case, caseAt, caseField } from './brute-force-cases';

/**
 * The model word by word, for comparison only: nothing is solved and nothing accumulated. It walks every millisecond
 * from the first touchpoint to `asOf` and computes every number from the list of all touchpoints so far.
 */

interface Value {
  readonly at: number;
  readonly value: unknown;
}

interface Evidence {
  readonly rule: string;
  readonly source: string;
  readonly event: string;
  readonly at: number;
  readonly factor: string;
  readonly weight: number;
}

interface PromiseMade {
  readonly rule: number;
  readonly id: string;
  readonly key: string | null;
  readonly deadline: number;
  readonly source: string;
  readonly event: string;
  settled?: { readonly outcome: 'kept' | 'broken' | 'released'; readonly at: number };
}

interface Result {
  /** The shape of `toDocument`, without the reasons of stage changes. */
  readonly document: unknown;
  /** Whether a number that carries rounding errors was compared with a threshold it all but equals. */
  readonly knifeEdge: boolean;
}

const ms = (text: string): number => {
  const parsed = parseDuration(text);
  if (parsed._tag === 'Left') throw new TypeError(parsed.left);
  return parsed.right;
};

const matches = (pattern: TypePattern, type: string): boolean =>
  (typeof pattern === 'string' ? [pattern] : pattern).some(
    (one) => one === '*' || one === type || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))),
  );

/** All values at the end of a path. */
const valuesAt = (value: unknown, path: readonly string[]): readonly unknown[] => {
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path));
  if (value === undefined || value === null) return [];
  if (path.length === 0) return [value];
  return typeof value === 'object' ? valuesAt(new Map(Object.entries(value)).get(path[0]), path.slice(1)) : [];
};

const isScalar = (value: unknown): boolean => typeof value !== 'object';

/**
 * @param nudge moves every number that carries rounding errors by such a part before it is compared, to see on which
 *   side of a knife-edge the other evaluation fell
 */
export const bruteForce = (
  ruleset: Ruleset,
  touchpoints: readonly FoldedTouchpoint[],
  asOf: number,
  nudge = { metrics: 0, factors: 0 },
): Result => {
  const history = touchpoints.filter(({ occurredAt }) => occurredAt <= asOf).sort(compareTouchpoints);
  if (history.length === 0) return { document: { stage: null }, knifeEdge: false };

  const seen: FoldedTouchpoint[] = [];
  const evidence: Evidence[] = [];
  const promises: PromiseMade[] = [];
  const applied = new Map<string, number[]>();
  const valuesOf = new Map<string, Value[]>();
  const consents = new Map<unknown, boolean>();
  const changes: { at: number; from: string | null; to: string; cause: string; touchpoint?: unknown }[] = [];
  const signals: { at: number; signal: string; raised: boolean }[] = [];
  let stage = -1;
  let since = Number.NaN;
  let knifeEdge = false;
  /** Metrics as they stood before a touchpoint, while `where` is asked. */
  let seenBefore: ReadonlyMap<string, number> = new Map();

  const evidenceSum = (factor: string, sign: number, t: number): number =>
    evidence
      .filter((one) => one.factor === factor && Math.sign(one.weight) === sign)
      .reduce(
        (sum, { weight, at }) => sum + Math.abs(weight) * 2 ** (-(t - at) / ms(ruleset.factors[factor].halfLife)),
        0,
      );
  const priorOf = (factor: string): readonly [number, number] => ruleset.factors[factor].prior ?? [2, 2];
  const score = (factor: string, t: number): number => {
    const [a, b] = priorOf(factor);
    const P = evidenceSum(factor, 1, t);
    const N = evidenceSum(factor, -1, t);
    return (100 * (a + P)) / (a + b + P + N);
  };
  const confidence = (factor: string, t: number): number => {
    const [a, b] = priorOf(factor);
    const PN = evidenceSum(factor, 1, t) + evidenceSum(factor, -1, t);
    return PN / (a + b + PN);
  };

  const openPromises = (id: string) => promises.filter((one) => one.id === id && one.settled === undefined);
  const caseIds = () => [...new Set(seen.map(({ data }) => data.caseId))];
  const caseOf = (caseId: unknown): Case | undefined => caseAt(seen, caseId);

  const metric = (id: string, t: number): number => {
    const rule: MetricRule = ruleset.metrics![id];
    if ('openPromises' in rule) return openPromises(rule.openPromises).length;
    if ('openComplaints' in rule) return caseIds().filter((caseId) => caseOf(caseId)?.open === true).length;
    const values = valuesOf.get(id) ?? [];
    if ('daysSinceLast' in rule) return values.length === 0 ? Infinity : (t - values[values.length - 1].at) / DAY;
    if ('daysSinceFirst' in rule) return values.length === 0 ? 0 : (t - values[0].at) / DAY;
    const within = rule.within === undefined ? Infinity : ms(rule.within);
    const counted = values.filter(({ at }) => at > t - within);
    if ('distinct' in rule) return new Set(counted.map(({ value }) => value)).size;
    const { halfLife } = rule;
    if (halfLife === undefined && 'count' in rule) return counted.length;
    if (halfLife === undefined) return toNumber(counted.reduce((sum, { value }) => sum + unitsOf(value as number), 0n));
    const weightAt = (at: number): number => 2 ** (-(t - at) / ms(halfLife));
    return counted.reduce((sum, { at, value }) => sum + (value as number) * weightAt(at), 0);
  };
  const nudgeOf = (id: string): number | undefined => ('halfLife' in ruleset.metrics![id] ? nudge.metrics : undefined);

  /** The value as it is compared. */
  const compared = (value: number, by: number | undefined, { atLeast, above, atMost, below }: Comparisons): number => {
    if (by === undefined) return value;
    for (const threshold of [atLeast, above, atMost, below])
      if (threshold !== undefined && Math.abs(value - threshold) <= 1e-12 * Math.max(1, Math.abs(threshold)))
        knifeEdge = true;
    return value + by * Math.max(1, Math.abs(value));
  };

  const satisfies = (value: unknown, condition: Extract<EventCondition, { field: string }>): boolean => {
    const { is, in: among, exists, atLeast, above, atMost, below } = condition;
    const number = (holds: (value: number) => boolean): boolean => typeof value === 'number' && holds(value);
    return (
      (is === undefined || value === is) &&
      (among === undefined || among.some((one) => one === value)) &&
      exists !== false &&
      (atLeast === undefined || number((n) => n >= atLeast)) &&
      (above === undefined || number((n) => n > above)) &&
      (atMost === undefined || number((n) => n <= atMost)) &&
      (below === undefined || number((n) => n < below))
    );
  };

  /** All values of a field; none when it is missing. */
  const read = (
    field: string,
    touchpoint: FoldedTouchpoint,
    t: number,
    limits: Comparisons = {},
  ): readonly unknown[] => {
    const [root, ...path] = field.split('.');
    const rest = path.join('.');
    if (root === 'data') return valuesAt(touchpoint.data, path);
    if (root === 'metric') return [compared(seenBefore.get(rest) ?? metric(rest, t), nudgeOf(rest), limits)];
    if (root === 'factor') return [score(rest, t)];
    if (root === 'consent') return [consents.get(rest) === true];
    const one =
      root === 'case'
        ? caseField(seen, touchpoint.data.caseId, rest, t)
        : root === 'stage'
          ? ruleset.stages[stage]?.id
          : { type: touchpoint.type, source: touchpoint.source, staff: touchpoint.staff }[root];
    return one === undefined ? [] : [one];
  };

  /** Whether a score or confidence satisfies comparisons, by the side on which it lies to each number. */
  const sidesSatisfy = (sideOf: (x: number) => number, condition: Comparisons & { is?: unknown; in?: unknown }) => {
    const { atLeast, above, atMost, below, is, in: among } = condition;
    const equals = (x: unknown): boolean => typeof x === 'number' && sideOf(x) === 0;
    return (
      (is === undefined || equals(is)) &&
      (among === undefined || (among as readonly unknown[]).some(equals)) &&
      (atLeast === undefined || sideOf(atLeast) >= 0) &&
      (above === undefined || sideOf(above) > 0) &&
      (atMost === undefined || sideOf(atMost) <= 0) &&
      (below === undefined || sideOf(below) < 0)
    );
  };
  /** base + evidence, where evidence decides alone when there is no base; both parts carry rounding errors. */
  const sideBy = (base: number, forIt: number, against: number): number => {
    const evidence = forIt + against;
    const side = base === 0 ? evidence : base + evidence;
    const size = Math.abs(base) + Math.abs(forIt) + Math.abs(against);
    if (size > 0 && Math.abs(side) <= 1e-12 * size) knifeEdge = true;
    return side + nudge.factors * size;
  };
  const scoreSide = (factor: string, t: number) => (x: number) => {
    const [a, b] = priorOf(factor);
    return sideBy(100 * a - x * (a + b), (100 - x) * evidenceSum(factor, 1, t), -x * evidenceSum(factor, -1, t));
  };
  const confidenceSide = (factor: string, t: number) => (x: number) => {
    const [a, b] = priorOf(factor);
    return sideBy(-x * (a + b), (1 - x) * (evidenceSum(factor, 1, t) + evidenceSum(factor, -1, t)), 0);
  };

  const eventHolds = (condition: EventCondition | undefined, touchpoint: FoldedTouchpoint, t: number): boolean => {
    if (condition === undefined) return true;
    if ('all' in condition) return condition.all.every((one) => eventHolds(one, touchpoint, t));
    if ('any' in condition) return condition.any.some((one) => eventHolds(one, touchpoint, t));
    if ('not' in condition) return !eventHolds(condition.not, touchpoint, t);
    if (condition.field.startsWith('factor.'))
      return (
        condition.exists !== false && sidesSatisfy(scoreSide(condition.field.slice('factor.'.length), t), condition)
      );
    const values = read(condition.field, touchpoint, t, condition);
    if (values.length > 0) return values.some((value) => satisfies(value, condition));
    const { field: _, exists, ...comparisons } = condition;
    return exists === false && Object.keys(comparisons).length === 0;
  };

  const stateHolds = (condition: StateCondition | undefined, t: number): boolean => {
    if (condition === undefined) return true;
    if ('all' in condition) return condition.all.every((one) => stateHolds(one, t));
    if ('any' in condition) return condition.any.some((one) => stateHolds(one, t));
    if ('not' in condition) return !stateHolds(condition.not, t);
    if ('consent' in condition) return consents.get(condition.consent) === true;
    if ('stage' in condition) return stage >= 0 && [condition.stage].flat().includes(ruleset.stages[stage].id);
    if ('factor' in condition) return sidesSatisfy(scoreSide(condition.factor, t), condition);
    if ('confidence' in condition) return sidesSatisfy(confidenceSide(condition.confidence, t), condition);
    const value = compared(metric(condition.metric, t), nudgeOf(condition.metric), condition);
    return satisfies(value, { ...condition, field: '' });
  };

  const give = (
    rule: string,
    gives: Readonly<Record<string, number>>,
    scale: number,
    source: string,
    event: string,
    at: number,
  ) => {
    for (const [factor, weight] of Object.entries(gives))
      evidence.push({ rule, source, event, at, factor, weight: weight * scale });
  };

  const keyOf = (field: string, touchpoint: FoldedTouchpoint, t: number): string | undefined => {
    const [value] = read(field, touchpoint, t);
    return value === undefined || !isScalar(value) ? undefined : String(value);
  };

  const settle = (rule: number, outcome: 'kept' | 'released', touchpoint: FoldedTouchpoint, t: number): void => {
    const { id, key, whenKept = {} } = ruleset.promises![rule];
    const wanted = key === undefined ? null : keyOf(key, touchpoint, t);
    const found = openPromises(id).find((one) => one.key === wanted);
    if (found === undefined) return;
    found.settled = { outcome, at: t };
    if (outcome === 'kept') give(`${id}:kept`, whenKept, 1, touchpoint.source, touchpoint.id, t);
  };

  const scaleOf = (
    scale: NonNullable<NonNullable<Ruleset['evidence']>[number]['scale']>,
    touchpoint: FoldedTouchpoint,
    t: number,
  ): number => {
    const [value] = read(scale.field, touchpoint, t);
    const { default: fallback = 1 } = scale;
    if (value === undefined) return fallback;
    if ('map' in scale) return new Map(Object.entries(scale.map)).get(String(value)) ?? fallback;
    if (typeof value !== 'number') return fallback;
    const { curve } = scale;
    if (value <= curve[0][0]) return curve[0][1];
    for (let i = 1; i < curve.length; i++) {
      const [[x0, y0], [x1, y1]] = [curve[i - 1], curve[i]];
      if (value <= x1) return y0 + ((y1 - y0) * (value - x0)) / (x1 - x0);
    }
    return curve[curve.length - 1][1];
  };

  /** What a metric takes from a touchpoint. */
  const valuesFor = (rule: MetricRule, touchpoint: FoldedTouchpoint, t: number): readonly unknown[] => {
    const { type } = touchpoint;
    if ('count' in rule) return matches(rule.count, type) ? [1] : [];
    if ('daysSinceLast' in rule) return matches(rule.daysSinceLast, type) ? [1] : [];
    if ('daysSinceFirst' in rule) return matches(rule.daysSinceFirst, type) ? [1] : [];
    if ('distinct' in rule) return matches(rule.of, type) ? read(rule.distinct, touchpoint, t).filter(isScalar) : [];
    if (!('sum' in rule)) return [];
    const numbers = read(rule.sum, touchpoint, t).filter((value): value is number => Number.isFinite(value));
    return [
      ...(matches(rule.of, type) ? numbers : []),
      ...(rule.minus !== undefined && matches(rule.minus, type) ? numbers.map((value) => -value) : []),
    ];
  };

  const take = (touchpoint: FoldedTouchpoint, t: number): void => {
    const { type, data, source, id } = touchpoint;
    const before = new Map(Object.keys(ruleset.metrics ?? {}).map((metricId) => [metricId, metric(metricId, t)]));
    seen.push(touchpoint);
    for (const outcome of ['kept', 'released'] as const)
      ruleset.promises?.forEach((rule, i) => {
        const pattern = rule[outcome];
        if (pattern === undefined || !matches(pattern, type)) return;
        if (outcome === 'kept' && !eventHolds(rule.keptWhen, touchpoint, t)) return;
        settle(i, outcome, touchpoint, t);
      });
    for (const rule of ruleset.evidence ?? []) {
      if (!matches(rule.on, type) || !eventHolds(rule.when, touchpoint, t)) continue;
      const scale = rule.scale === undefined ? 1 : scaleOf(rule.scale, touchpoint, t);
      if (scale === 0) continue;
      const times = applied.get(rule.id) ?? [];
      if (rule.atMost !== undefined) {
        const { times: limit, within } = rule.atMost;
        if (times.filter((at) => at > t - ms(within)).length >= limit) continue;
      }
      applied.set(rule.id, [...times, t]);
      give(rule.id, rule.gives, scale, source, id, t);
    }
    seenBefore = before;
    for (const [metricId, rule] of Object.entries(ruleset.metrics ?? {})) {
      if ('where' in rule && !eventHolds(rule.where, touchpoint, t)) continue;
      const values = valuesOf.get(metricId) ?? [];
      for (const value of valuesFor(rule, touchpoint, t)) values.push({ at: t, value });
      valuesOf.set(metricId, values);
    }
    seenBefore = new Map();
    ruleset.promises?.forEach((rule, i) => {
      if (!matches(rule.made, type) || !eventHolds(rule.madeWhen, touchpoint, t)) return;
      const key = rule.key === undefined ? null : keyOf(rule.key, touchpoint, t);
      if (key === undefined) return;
      if (key !== null && openPromises(rule.id).some((one) => one.key === key)) return;
      let deadline = Number.NaN;
      if (rule.within !== undefined) deadline = t + ms(rule.within);
      else {
        const [text] = read(rule.by!, touchpoint, t);
        const parsed = typeof text === 'string' ? parseInstant(text) : undefined;
        if (parsed?._tag === 'Right') deadline = parsed.right;
      }
      if (deadline >= t) promises.push({ rule: i, id: rule.id, key, deadline, source, event: id });
    });
    if (type === 'consent.granted') consents.set(data.purpose, true);
    if (type === 'consent.revoked') consents.set(data.purpose, false);
  };

  const breakPromises = (t: number): void => {
    for (const promise of promises)
      if (promise.settled === undefined && t > promise.deadline) {
        promise.settled = { outcome: 'broken', at: t };
        const { id, whenBroken = {} } = ruleset.promises![promise.rule];
        give(`${id}:broken`, whenBroken, 1, promise.source, promise.event, t);
      }
  };

  const stageAt = (t: number): number => {
    const { stages } = ruleset;
    const stays = (i: number): boolean => i === 0 || stateHolds(stages[i].stay ?? stages[i].enter, t);
    const mustStay = (i: number): boolean =>
      i === stage && stages[i].minStay !== undefined && t - since < ms(stages[i].minStay);
    let to = Math.max(stage, 0);
    while (!stays(to) && !mustStay(to)) to--;
    if (to < stage) return to;
    while (to + 1 < stages.length && stateHolds(stages[to + 1].enter, t)) to++;
    return to;
  };

  const raised = new Set<string>();
  const lookAt = (t: number, last: FoldedTouchpoint | undefined): void => {
    const to = stageAt(t);
    if (to !== stage) {
      changes.push({
        at: t,
        from: stage < 0 ? null : ruleset.stages[stage].id,
        to: ruleset.stages[to].id,
        cause: last === undefined ? 'time' : 'touchpoint',
        touchpoint: last === undefined ? undefined : { source: last.source, id: last.id },
      });
      stage = to;
      since = t;
    }
    for (const { id, raise, clear = { not: raise } } of ruleset.signals ?? [])
      if (stateHolds(raised.has(id) ? clear : raise, t)) {
        signals.push({ at: t, signal: id, raised: !raised.has(id) });
        if (raised.has(id)) raised.delete(id);
        else raised.add(id);
      }
  };

  for (let t = history[0].occurredAt; t <= asOf; t++) {
    breakPromises(t);
    const now = history.filter(({ occurredAt }) => occurredAt === t);
    for (const touchpoint of now) take(touchpoint, t);
    lookAt(t, now[now.length - 1]);
  }

  const points = (factor: string, weight: number, at: number): number => {
    const [a, b] = priorOf(factor);
    const pi = a / (a + b);
    const T = a + b + evidenceSum(factor, 1, asOf) + evidenceSum(factor, -1, asOf);
    const d = 2 ** (-(asOf - at) / ms(ruleset.factors[factor].halfLife));
    return ((100 * Math.abs(weight) * d) / T) * (weight > 0 ? 1 - pi : -pi);
  };
  const factors = Object.keys(ruleset.factors);
  const document = {
    stage: ruleset.stages[stage].id,
    since: formatInstant(since),
    history: changes.map((change) => ({ ...change, at: formatInstant(change.at) })),
    factors: Object.fromEntries(
      factors.map((id) => [id, { score: score(id, asOf), confidence: confidence(id, asOf) }]),
    ),
    metrics: Object.fromEntries(
      Object.keys(ruleset.metrics ?? {}).map((id) => {
        const value = metric(id, asOf);
        return [id, Number.isFinite(value) ? value : null];
      }),
    ),
    signals: signals.map((signal) => ({ ...signal, at: formatInstant(signal.at) })),
    openPromises: promises
      .filter(({ settled }) => settled === undefined)
      .map(({ id, key, deadline }) => ({ id, key, deadline: formatInstant(deadline) })),
    settledPromises: promises.flatMap(({ id, key, settled }) =>
      settled === undefined ? [] : [{ id, key, outcome: settled.outcome, at: formatInstant(settled.at) }],
    ),
    contributions: Object.fromEntries(
      factors.map((factor) => {
        const [a, b] = priorOf(factor);
        const given = evidence.filter((one) => one.factor === factor);
        return [
          factor,
          {
            base: (100 * a) / (a + b),
            rows: given.map(({ rule, source, event, at, weight }) => ({
              rule,
              source,
              event,
              at: formatInstant(at),
              points: points(factor, weight, at),
            })),
          },
        ];
      }),
    ),
  };
  return { document, knifeEdge };
};
