/** The query of `GET /v1/stage-changes` and of its stream: which changes, and after which cursor. */
import {
  CHANGE_FILTER_LIST,
  CHANGE_FILTERS,
  type ChangeFilter,
  type ChangeFilterDefinition,
  type ChangeFilterName,
} from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { sequenceT } from 'fp-ts/Apply';
import { type Either, getApplicativeValidation, isLeft, left, map, mapLeft, right } from 'fp-ts/Either';
import { pipe } from 'fp-ts/function';
import * as array from 'fp-ts/ReadonlyArray';
import * as nonEmpty from 'fp-ts/ReadonlyNonEmptyArray';
import type { ApiEngine } from '../api-engine';
import { notACursor } from '../cursor';
import { Refusal } from '../problem';
import { LONGEST_ID, MOST_VALUES } from './change-filter-shape';
import { START } from './frames';
import { unknownNames } from './known-names';

/** An error in a parameter, for its author. */
export interface QueryProblem {
  /** Name of the parameter. */
  readonly field: string;
  readonly message: string;
}

type Problems = nonEmpty.ReadonlyNonEmptyArray<QueryProblem>;

export interface ChangeQuery {
  /** Changes after it; from the start of the log when absent. */
  readonly after?: Position;
  /** Only what was asked for: absent lists mean what {@link ChangeFilter} says. */
  readonly filter: ChangeFilter;
}

type Query = Readonly<Record<string, unknown>>;

/** A parameter may be repeated, and each may be a list with commas. Empty parts count as not given. */
const valuesOf = (given: unknown, normalize: (text: string) => string): readonly string[] | undefined => {
  if (given === undefined) return undefined;
  const values = [given]
    .flat()
    .flatMap((value) => String(value).split(','))
    .map((value) => normalize(value.trim()))
    .filter((value) => value !== '');
  return values.length === 0 ? undefined : [...new Set(values)];
};

const decodeList = (
  { parameter, values: known, normalize = (text) => text }: ChangeFilterDefinition,
  query: Query,
): Either<QueryProblem, readonly string[] | undefined> => {
  const wrong = (message: string) => left({ field: parameter, message });
  const values = valuesOf(query[parameter], normalize);
  if (values === undefined) return right(undefined);
  const unknown = known && values.find((value) => !known.includes(value));
  if (known !== undefined && unknown !== undefined)
    return wrong(`There is no ${parameter} "${unknown.slice(0, 60)}"; there are ${known.join(', ')}.`);
  if (values.length > MOST_VALUES) return wrong(`At most ${MOST_VALUES} values can be asked for.`);
  return values.some((value) => value.length > LONGEST_ID)
    ? wrong(`An id has at most ${LONGEST_ID} characters.`)
    : right(values);
};

/** A text as a cursor of the log; undefined for one that the log cannot have given. See `ChangeFeed.parseCursor`. */
export type ParseCursor = (text: string) => Position | undefined;

/**
 * A cursor as it was given out. Right undefined for none and for `start`: a poller without one begins there.
 * Whether it lies beyond the log is for the reader to ask: {@link beyondLog}.
 */
export const decodeCursor = (
  parse: ParseCursor,
  field: string,
  given: unknown,
): Either<QueryProblem, Position | undefined> => {
  if (given === undefined || given === '' || given === START) return right(undefined);
  const position = typeof given === 'string' ? parse(given) : undefined;
  return position === undefined
    ? left({ field, message: notACursor('`next` from the previous page, or the id of an event,') })
    : right(position);
};

/** The message for a reader whose cursor is of another log, or of one that an older backup has replaced. */
export const beyondLog = (field: string): QueryProblem => ({
  field,
  message:
    'This cursor lies beyond the end of the log: it is of another log, or an older log was restored. Begin again without it, or with an older one.',
});

/** Collects the problems of all parts, where one part alone would stop at the first. */
const validation = getApplicativeValidation(nonEmpty.getSemigroup<QueryProblem>());
const asList = mapLeft<QueryProblem, Problems>(nonEmpty.of);

/**
 * Decodes `after` and the parameters of all filters; other parameters are left alone. Left: every parameter that is
 * wrong.
 *
 * @example decodeChangeQuery({ stage: ['strengthen', 'develop,loyal'], cause: 'time' }, feed.parseCursor)
 * // right({ filter: { stages: ['strengthen', 'develop', 'loyal'], causes: ['time'] } })
 */
export const decodeChangeQuery = (query: Query, parse: ParseCursor): Either<Problems, ChangeQuery> => {
  const lists = pipe(
    CHANGE_FILTER_LIST,
    array.traverse(validation)(([name, definition]) =>
      pipe(
        decodeList(definition, query),
        asList,
        map((values) => [name, values] as const),
      ),
    ),
  );
  return pipe(
    sequenceT(validation)(asList(decodeCursor(parse, 'after', query.after)), lists),
    map(([after, given]) => ({
      ...(after === undefined ? undefined : { after }),
      filter: Object.fromEntries(given.filter(([, values]) => values !== undefined)),
    })),
  );
};

/** The refusal of a query for its problems. */
export const refusalFor = (problems: Problems): Refusal => {
  const { field, message } = nonEmpty.head(problems);
  const kind = problems.every((problem) => problem.field === 'after') ? 'invalid-cursor' : 'invalid-request';
  return new Refusal(kind, `Query parameter "${field}": ${message}`, { errors: problems });
};

/**
 * The query of a reader, of which nothing is misspelt.
 *
 * @throws Refusal for every parameter that is wrong, or that names a stage or signal no ruleset has
 */
export const changeQueryIn = async (
  query: unknown,
  engine: Pick<ApiEngine, 'rules' | 'rulesetHistory' | 'feed'>,
): Promise<ChangeQuery> => {
  const decoded = decodeChangeQuery(query as Query, engine.feed.parseCursor);
  if (isLeft(decoded)) throw refusalFor(decoded.left);
  const unknown = await unknownNames(decoded.right.filter, engine);
  const problems = unknown.map(({ filter, message }) => ({ field: parameterOf(filter), message }));
  if (array.isNonEmpty(problems)) throw refusalFor(problems);
  return decoded.right;
};

const parameterOf = (filter: ChangeFilterName): string => CHANGE_FILTERS[filter].parameter;
