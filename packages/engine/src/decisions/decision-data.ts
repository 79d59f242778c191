import * as t from 'io-ts';
import { DECISION_CAUSES, type DecisionCause, type RulesetName } from './decision';

const oneOf = <Value extends string>(values: readonly [Value, Value, ...Value[]]): t.Type<Value> => {
  const [first, second, ...rest] = values.map((value) => t.literal(value));
  return t.union([first!, second!, ...rest]) as t.Type<Value>;
};

const instant = t.refinement(t.string, (text) => !Number.isNaN(Date.parse(text)), 'an instant (RFC 3339)');

export const rulesetNameCodec: t.Type<RulesetName> = t.type({ name: t.string, version: t.number, hash: t.string });

/** The data that all decisions have, as `decisionEvent` writes it. */
const base = t.intersection([
  t.type({
    cause: oneOf(DECISION_CAUSES),
    ruleset: rulesetNameCodec,
    sequence: t.number,
    foldedUpTo: t.string,
    asOf: instant,
  }),
  t.partial({ touchpoint: t.type({ source: t.string, id: t.string }), model: t.number, mergesAsOf: instant }),
]);

/** The data of `relationship.signalRaised` and `relationship.signalCleared`. */
export const signalData = t.intersection([base, t.type({ signal: t.string })]);

export type SignalData = t.TypeOf<typeof signalData>;

/** The data of `relationship.stageChanged`. */
export const stageData = t.intersection([
  base,
  t.type({
    from: t.union([t.string, t.null]),
    to: t.string,
    direction: oneOf(['up', 'down']),
    because: t.readonlyArray(t.UnknownRecord),
    factors: t.record(t.string, t.number),
    signals: t.readonlyArray(t.string),
  }),
]);

export type StageData = t.TypeOf<typeof stageData>;

type Unchecked = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Unchecked =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOptional = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);

const isText = (value: unknown): value is string => typeof value === 'string';

const isNumber = (value: unknown): value is number => typeof value === 'number';

const isIdentity = (value: unknown): boolean =>
  isRecord(value) && typeof value.source === 'string' && typeof value.id === 'string';

const isRulesetName = (value: unknown): boolean =>
  isRecord(value) && typeof value.name === 'string' && isNumber(value.version) && typeof value.hash === 'string';

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const isNumbers = (value: unknown): boolean => {
  if (!isRecord(value)) return false;
  for (const key in value) if (!isNumber(value[key])) return false;
  return true;
};

const isBase = (data: Unchecked): boolean =>
  isNumber(data.sequence) &&
  typeof data.foldedUpTo === 'string' &&
  typeof data.asOf === 'string' &&
  DECISION_CAUSES.includes(data.cause as DecisionCause) &&
  isRulesetName(data.ruleset) &&
  isOptional(data.touchpoint, isIdentity) &&
  isOptional(data.model, isNumber) &&
  isOptional(data.mergesAsOf, isText);

/**
 * The same checks as `signalData` and `stageData`, by hand, but for the form of instants. The change feed asks for every
 * decision, and the codecs cost ten times as much. They are asked when a check fails: they name the field.
 */
export const isSignalData = (data: unknown): data is SignalData =>
  isRecord(data) && typeof data.signal === 'string' && isBase(data);

export const isStageData = (data: unknown): data is StageData =>
  isRecord(data) &&
  (data.from === null || typeof data.from === 'string') &&
  typeof data.to === 'string' &&
  (data.direction === 'up' || data.direction === 'down') &&
  Array.isArray(data.because) &&
  data.because.every(isRecord) &&
  isNumbers(data.factors) &&
  isTexts(data.signals) &&
  isBase(data);
