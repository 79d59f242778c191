/**
 * The filters of stage changes. One table says everything about each filter. Matching, the query of pull and stream,
 * the body of a subscription, the OpenAPI document and the options of the command follow from it. Only types are
 * imported, so that the command can read the table without loading the engine.
 */
import type { Ruleset } from '@rapport/domain';
import type { DecisionCause, RecordedDecision } from '../decisions';

/** The kinds of changes that a subscriber can receive. */
export type ChangeKind = RecordedDecision['kind'];
export type ChangeDirection = 'up' | 'down';

export const CHANGE_KINDS: readonly ChangeKind[] = ['stageChanged', 'signalRaised', 'signalCleared'];
export const CHANGE_DIRECTIONS: readonly ChangeDirection[] = ['up', 'down'];
export const CHANGE_CAUSES: readonly DecisionCause[] = ['touchpoint', 'time', 'late', 'merge', 'ruleset'];
/** Changes by merges and new rulesets are sent only to subscribers who ask for them. */
export const DEFAULT_CAUSES: readonly DecisionCause[] = ['touchpoint', 'time', 'late'];

/** Lists of values by filter: every filter as it may be given. */
type Given = Readonly<Record<string, readonly string[] | undefined>>;

export interface ChangeFilterDefinition<Value extends string = string, Parameter extends string = string> {
  /** One value of it: the parameter of a query, and the option of a command. */
  readonly parameter: Parameter;
  /** The changes that pass, after "Only changes": `that arrive at one of these stages`. */
  readonly only: string;
  /** The changes that pass when one value is given, after "only": `arrivals at this stage`. */
  readonly onlyOne: string;
  /** The meaning of an absent filter, in words. Every change passes where this is not given. */
  readonly whenAbsent?: string;
  /** The kinds of changes that it looks at: others pass. All kinds when absent. */
  readonly restricts?: 'stage changes' | 'signals';
  /** The values there are. Absent: ids of a ruleset, see `namesIn`. */
  readonly values?: readonly Value[];
  /** The ids that a ruleset has for it. A value that no ruleset has is refused, as a misspelt one would wait forever. */
  readonly namesIn?: (ruleset: Pick<Ruleset, 'stages' | 'signals'>) => readonly Value[];
  /** Another way to write a value, brought to the usual one. */
  readonly normalize?: (text: string) => string;
  /** The value of a change; undefined for changes that it does not look at. */
  readonly of: (decision: RecordedDecision) => Value | undefined;
  /** The values that an absent filter stands for; every value when absent. */
  readonly standsFor?: (filter: Given) => readonly Value[];
}

const filter = <Value extends string, const Parameter extends string>(
  definition: ChangeFilterDefinition<Value, Parameter>,
): ChangeFilterDefinition<Value, Parameter> => definition;

/** The kinds that a filter without `kinds` means: those that its other lists look at, stage changes where none does. */
const kindsMeant = (given: Given): readonly ChangeKind[] => {
  const looksAt = (what: ChangeFilterDefinition['restricts']): boolean =>
    CHANGE_FILTER_LIST.some(([name, { restricts }]) => restricts === what && given[name] !== undefined);
  const signals = looksAt('signals');
  return [
    ...(!signals || looksAt('stage changes') ? (['stageChanged'] as const) : []),
    ...(signals ? (['signalRaised', 'signalCleared'] as const) : []),
  ];
};

/** Every filter there is, by its name in {@link ChangeFilter}. */
export const CHANGE_FILTERS = {
  kinds: filter({
    parameter: 'kind',
    only: 'of these kinds',
    onlyOne: 'changes of this kind',
    whenAbsent: 'stageChanged, or both kinds of signals where only signals are named',
    values: CHANGE_KINDS,
    // The type of the event that carries it: `relationship.stageChanged.v1`.
    normalize: (text) => /^relationship\.(.+)\.v1$/.exec(text)?.[1] ?? text,
    of: ({ kind }) => kind,
    standsFor: kindsMeant,
  }),
  stages: filter({
    parameter: 'stage',
    only: 'that arrive at one of these stages',
    onlyOne: 'arrivals at this stage',
    restricts: 'stage changes',
    namesIn: ({ stages }) => stages.map(({ id }) => id),
    of: (decision) => (decision.kind === 'stageChanged' ? decision.to : undefined),
  }),
  directions: filter({
    parameter: 'direction',
    only: 'in one of these directions',
    onlyOne: 'changes in this direction',
    restricts: 'stage changes',
    values: CHANGE_DIRECTIONS,
    of: (decision) => (decision.kind === 'stageChanged' ? decision.direction : undefined),
  }),
  signals: filter({
    parameter: 'signal',
    only: 'of these signals',
    onlyOne: 'this signal',
    restricts: 'signals',
    namesIn: ({ signals = [] }) => signals.map(({ id }) => id),
    of: (decision) => (decision.kind === 'stageChanged' ? undefined : decision.signal),
  }),
  causes: filter({
    parameter: 'cause',
    only: 'for one of these causes',
    onlyOne: 'changes for this cause',
    whenAbsent: DEFAULT_CAUSES.join(', '),
    values: CHANGE_CAUSES,
    of: ({ cause }) => cause,
    standsFor: () => DEFAULT_CAUSES,
  }),
};

export type ChangeFilterName = keyof typeof CHANGE_FILTERS;

/** Every list that is given must contain the value of the change. What an absent list means is in {@link CHANGE_FILTERS}. */
export type ChangeFilter = {
  readonly [F in ChangeFilterName]?: (typeof CHANGE_FILTERS)[F] extends ChangeFilterDefinition<infer Value>
    ? readonly Value[]
    : never;
};

/** {@link CHANGE_FILTERS} to go through, in its order. */
export const CHANGE_FILTER_LIST = Object.entries(CHANGE_FILTERS) as unknown as readonly (readonly [
  ChangeFilterName,
  ChangeFilterDefinition,
])[];

/** A filter, prepared for many decisions. */
export const changeMatcher = (given: ChangeFilter = {}): ((decision: RecordedDecision) => boolean) => {
  const tests = CHANGE_FILTER_LIST.flatMap(([name, { of, standsFor }]) => {
    const values = given[name] ?? standsFor?.(given);
    return values === undefined ? [] : [{ of, wanted: new Set<string | undefined>([...values, undefined]) }];
  });
  // Asked for every change and every reader.
  return (decision) => {
    for (const { of, wanted } of tests) if (!wanted.has(of(decision))) return false;
    return true;
  };
};
