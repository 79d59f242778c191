/** The query of `GET /v1/stage-changes` and of its stream: which changes, and after which cursor. */
import { CHANGE_KINDS, type ChangeFilter, type ChangeKind, type DecisionCause } from '@rapport/engine';
import { type Position, parsePosition } from '@rapport/event-log';
import { type Either, left, right } from 'fp-ts/Either';
import { START } from './frames';

/** What is wrong with a parameter, for the person who wrote it. */
export interface QueryProblem {
  /** Name of the parameter. */
  readonly field: string;
  readonly message: string;
}

export interface ChangeQuery {
  /** Changes after it; from the start of the log when absent. */
  readonly after?: Position;
  /** Only what was asked for: absent lists mean what {@link ChangeFilter} says. */
  readonly filter: ChangeFilter;
}

export const CAUSES: readonly DecisionCause[] = ['touchpoint', 'time', 'late', 'merge', 'ruleset'];
export const DIRECTIONS = ['up', 'down'] as const;

/** Values in one list of a filter: more than a ruleset has names. */
const MOST_VALUES = 100;
/** Characters of a stage's or signal's id. */
const LONGEST = 200;

/** A parameter may be repeated, and each may be a list with commas. Empty parts count as not given. */
const valuesOf = (given: unknown): readonly string[] | undefined => {
  if (given === undefined) return undefined;
  const values = [given]
    .flat()
    .flatMap((value) => String(value).split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
  return values.length === 0 ? undefined : [...new Set(values)];
};

type Decoded<T> = Either<QueryProblem, readonly T[] | undefined>;

const oneOf = <T extends string>(field: string, given: unknown, known: readonly T[]): Decoded<T> => {
  const values = valuesOf(given);
  const unknown = values?.find((value) => !(known as readonly string[]).includes(value));
  return unknown === undefined
    ? right(values as readonly T[] | undefined)
    : left({ field, message: `There is no ${field} "${unknown.slice(0, 60)}"; there are ${known.join(', ')}.` });
};

const names = (field: string, given: unknown): Decoded<string> => {
  const values = valuesOf(given);
  if (values === undefined) return right(undefined);
  if (values.length > MOST_VALUES) return left({ field, message: `At most ${MOST_VALUES} values can be asked for.` });
  return values.some((value) => value.length > LONGEST)
    ? left({ field, message: `An id has at most ${LONGEST} characters.` })
    : right(values);
};

/** Kinds by their own names, or as the type of their event: `relationship.stageChanged.v1`. */
const kinds = (given: unknown): Decoded<ChangeKind> => {
  const values = valuesOf(given)?.map((value) => /^relationship\.(.+)\.v1$/.exec(value)?.[1] ?? value);
  return oneOf('kind', values, CHANGE_KINDS);
};

/**
 * A cursor as it was given out. Right undefined for none and for `start`: a poller without one begins there.
 * Whether it lies beyond the log is for the reader to ask: {@link beyondLog}.
 */
export const decodeCursor = (field: string, given: unknown): Either<QueryProblem, Position | undefined> => {
  if (given === undefined || given === '' || given === START) return right(undefined);
  const position = typeof given === 'string' ? parsePosition(given) : undefined;
  return position === undefined
    ? left({
        field,
        message: 'This is no cursor. Pass one that Rapport gave (`next`, or the id of an event), unchanged.',
      })
    : right(position);
};

/** What to tell a reader whose cursor is of another log, or of one that an older backup has replaced. */
export const beyondLog = (field: string): QueryProblem => ({
  field,
  message:
    'This cursor lies beyond the end of the log: it is of another one, or an older log was put back. Begin again without it, or with an older one.',
});

/**
 * Decodes `after`, `stage`, `direction`, `signal`, `cause` and `kind`; other parameters are left alone. Left: every
 * parameter that is wrong.
 *
 * @example decodeChangeQuery({ stage: ['strengthen', 'develop,loyal'], cause: 'time' })
 * // right({ filter: { stages: ['strengthen', 'develop', 'loyal'], causes: ['time'] } })
 */
export const decodeChangeQuery = (
  query: Readonly<Record<string, unknown>>,
): Either<readonly QueryProblem[], ChangeQuery> => {
  const problems: QueryProblem[] = [];
  const take = <T>(decoded: Either<QueryProblem, T>): T | undefined => {
    if (decoded._tag === 'Right') return decoded.right;
    problems.push(decoded.left);
    return undefined;
  };
  const after = take(decodeCursor('after', query.after));
  const lists = {
    kinds: take(kinds(query.kind)),
    stages: take(names('stage', query.stage)),
    directions: take(oneOf('direction', query.direction, DIRECTIONS)),
    signals: take(names('signal', query.signal)),
    causes: take(oneOf('cause', query.cause, CAUSES)),
  };
  if (problems.length > 0) return left(problems);
  const filter = Object.fromEntries(Object.entries(lists).filter(([, values]) => values !== undefined));
  return right({ ...(after === undefined ? undefined : { after }), filter });
};
