import { nearestName } from '../../nearest-name';
import type { Catalogue, ValueKind } from '../../touchpoint';
import { COMPARISONS } from '../comparison';
import type { FieldCondition } from '../fold-condition';
import type { RulesetProblem } from '../problem';
import type { EventCondition, Ruleset, Scalar, Scale } from '../ruleset';
import { conditionParts, type EventPart, type FieldUse, fieldParts, scaleParts } from './event-parts';
import { type Met, meantField, metBy } from './known-fields';
import { problem } from './names';
import { leavesOf, type Path } from './ruleset-parts';

const YES = /^(y|yes|true|on|1)$/i;
const NO = /^(n|no|false|off|0)$/i;

const kindOf = (value: Scalar): ValueKind =>
  value === null ? 'null' : typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'boolean' : 'number';

const WORDS: Readonly<Record<ValueKind, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  list: 'a list',
};

/** `data.onTime of order.delivered is true or false`. */
const whatItIs = (field: string, { fields, types }: Met): string => {
  const kinds = new Set(fields.flatMap(({ kinds: some = [] }) => [...some]));
  kinds.delete('null');
  const of = types.length === 0 ? '' : ` of ${types.slice(0, 3).join(', ')}${types.length > 3 ? ', …' : ''}`;
  return `${field}${of} ${kinds.size === 0 ? 'has no parts' : `is ${[...kinds].map((kind) => WORDS[kind]).join(' or ')}`}`;
};

const takes = (kind: ValueKind, { fields }: Met): boolean =>
  fields.length === 0 || fields.some(({ kinds }) => kinds === undefined || kinds.has(kind));

/** The only texts that may come; undefined where any may. */
const textsOf = ({ fields }: Met): readonly string[] | undefined => {
  const texts = fields.filter(({ kinds }) => kinds === undefined || kinds.has('text'));
  if (texts.length === 0 || texts.some(({ values }) => values === undefined || values.length === 0)) return undefined;
  return texts.flatMap(({ values = [] }) => values);
};

/** A suggestion for an author who wrote `value` where it can never be. */
const suggestion = (value: Scalar, met: Met): string => {
  if (takes('boolean', met) && YES.test(String(value))) return '; write true, without quotes';
  if (takes('boolean', met) && NO.test(String(value))) return '; write false, without quotes';
  if (typeof value === 'string' && takes('number', met) && value.trim() !== '' && Number.isFinite(Number(value)))
    return `; write ${Number(value)}, without quotes`;
  if (typeof value === 'number' && takes('text', met))
    return `; write it in quotes as it comes ("${value}", with its leading zeros where it has some)`;
  return '';
};

const amongTexts = (value: string, texts: readonly string[]): string => {
  const near = nearestName(value, texts);
  return near === undefined ? `; it is one of ${[...new Set(texts)].join(', ')}` : `; did you mean "${near}"?`;
};

/** Why a field is never this value; undefined where it may be. */
const whyNever = (field: string, value: Scalar, met: Met): string | undefined => {
  const shown = JSON.stringify(value);
  if (value === null) return `${field} is never null, which counts as missing; write exists: false`;
  if (!takes(kindOf(value), met)) return `${whatItIs(field, met)}, never ${shown}${suggestion(value, met)}`;
  const texts = typeof value === 'string' ? textsOf(met) : undefined;
  return texts === undefined || texts.includes(String(value))
    ? undefined
    : `${field} is never ${shown}${amongTexts(String(value), texts)}`;
};

const comparisonProblems = (condition: FieldCondition, met: Met, path: Path): readonly RulesetProblem[] => {
  const { field, is, in: among = [] } = condition;
  const never = (value: Scalar, at: Path): readonly RulesetProblem[] => {
    const why = whyNever(field, value, met);
    return why === undefined ? [] : [problem('warning', 'never-applies', at, `never holds: ${why}`)];
  };
  return [
    ...(is === undefined ? [] : never(is, [...path, 'is'])),
    ...among.flatMap((value, i) => never(value, [...path, 'in', i])),
    ...COMPARISONS.filter((key) => condition[key] !== undefined && !takes('number', met)).map((key) =>
      problem(
        'warning',
        'never-applies',
        [...path, key],
        `never holds: ${whatItIs(field, met)}, and only numbers are compared with numbers`,
      ),
    ),
  ];
};

/** Whether a value of that field may read so: a map looks values up by their text. */
const keyProblem = (field: string, key: string, met: Met): string | undefined => {
  if (takes('text', met)) {
    const texts = textsOf(met);
    if (texts === undefined || texts.includes(key)) return undefined;
  }
  if (takes('number', met) && String(Number(key)) === key) return undefined;
  if (takes('boolean', met) && (key === 'true' || key === 'false')) return undefined;
  const texts = textsOf(met);
  if (texts !== undefined) return `${field} is never "${key}"${amongTexts(key, texts)}`;
  return `${whatItIs(field, met)}, never "${key}"${suggestion(key, met).replace(', without quotes', '')}`;
};

const scaleProblems = (
  { part: scale, path, on }: EventPart<Scale>,
  catalogue: Catalogue,
): readonly RulesetProblem[] => {
  const met = metBy(scale.field, on, catalogue);
  if ('curve' in scale)
    return takes('number', met)
      ? []
      : [
          problem(
            'warning',
            'never-applies',
            [...path, 'curve'],
            `the curve is never used: ${whatItIs(scale.field, met)}, and it takes numbers; use map`,
          ),
        ];
  return Object.keys(scale.map).flatMap((key) => {
    const why = keyProblem(scale.field, key, met);
    return why === undefined ? [] : [problem('warning', 'never-applies', [...path, 'map', key], `never used: ${why}`)];
  });
};

const WANTED: Readonly<
  Record<FieldUse['use'], { readonly kinds: readonly ValueKind[]; readonly else: string } | undefined>
> = {
  scale: undefined,
  sum: { kinds: ['number'], else: 'the sum is always 0: only numbers are added' },
  distinct: { kinds: ['text', 'number', 'boolean'], else: 'the count is always 0: objects are not told apart' },
  key: { kinds: ['text', 'number', 'boolean'], else: 'the promise is never made: its key is a text or a number' },
  deadline: {
    kinds: ['text'],
    else: 'the promise is never made: its deadline is an instant such as 2026-03-01T12:00:00Z',
  },
};

const useProblems = ({ part, path, on }: EventPart<FieldUse>, catalogue: Catalogue): readonly RulesetProblem[] => {
  const wanted = WANTED[part.use];
  const met = metBy(part.field, on, catalogue);
  if (wanted === undefined || wanted.kinds.some((kind) => takes(kind, met))) return [];
  return [problem('warning', 'never-applies', path, `${whatItIs(part.field, met)}, so ${wanted.else}`)];
};

type Misspelt = (field: string, on: readonly string[], path: Path) => readonly RulesetProblem[];

/** Looking for what was meant takes some milliseconds where a rule matches all touchpoints: more misspellings are unlikely. */
const MOST_LOOKED_FOR = 30;

const misspeltIn = (catalogue: Catalogue): Misspelt => {
  const known = new Map<string, string | undefined>();
  const meantBy = (field: string, on: readonly string[]): string | undefined => {
    const key = JSON.stringify([field, ...on]);
    if (!known.has(key) && known.size < MOST_LOOKED_FOR) known.set(key, meantField(field, on, catalogue));
    return known.get(key);
  };
  return (field, on, path) => {
    if (metBy(field, on, catalogue).fields.length > 0) return [];
    const meant = meantBy(field, on);
    const message = `no touchpoint of ${on.join(', ')} is known to have "${field}"; did you mean "${meant}"?`;
    return meant === undefined ? [] : [problem('warning', 'unknown-field', path, message)];
  };
};

/**
 * Warnings: fields of data that look misspelt, values that a field never has, and uses that its values do not serve.
 * Only what the catalogue and the ruleset's own types know is looked at; other data may be anything.
 */
export const lintValues = (ruleset: Ruleset, catalogue: Catalogue): readonly RulesetProblem[] => {
  const misspelt = misspeltIn(catalogue);
  return [
    ...conditionParts(ruleset).flatMap(({ path, part, on }) =>
      leavesOf<EventCondition>([path, part]).flatMap(([at, leaf]) => [
        ...misspelt(leaf.field, on, [...at, 'field']),
        ...comparisonProblems(leaf, metBy(leaf.field, on, catalogue), at),
      ]),
    ),
    ...fieldParts(ruleset).flatMap((part) => [
      ...misspelt(part.part.field, part.on, part.path),
      ...useProblems(part, catalogue),
    ]),
    ...scaleParts(ruleset).flatMap((part) => scaleProblems(part, catalogue)),
  ];
};
