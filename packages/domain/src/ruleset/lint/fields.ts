import { hint } from '../../nearest-name';
import type { RulesetProblem } from '../problem';
import { type Names, problem, reference } from './names';
import type { Path } from './ruleset-parts';

/** What a complaint case shows to conditions and scales (MODEL, section 2). */
export const CASE_FIELDS = [
  'severity',
  'loss',
  'category',
  'acknowledged',
  'informed',
  'compensated',
  'compensationRatio',
  'ageDays',
  'outcome',
  'reopened',
  'priorCases',
] as const;

const ALONE = ['type', 'source', 'staff', 'stage'];
const ROOTS = ['data', 'case', 'metric', 'factor', 'consent'];

/** Problems of one field name: an unknown root, or a reference that leads nowhere. */
export const fieldProblems = (field: string, names: Names, path: Path): readonly RulesetProblem[] => {
  const dot = field.indexOf('.');
  const root = dot < 0 ? field : field.slice(0, dot);
  const rest = dot < 0 ? '' : field.slice(dot + 1);
  const unknown = (message: string) => [problem('error', 'unknown-field', path, message)];
  if (ALONE.includes(root)) return dot < 0 ? [] : unknown(`"${root}" has no parts; expected "${root}" alone`);
  if (!ROOTS.includes(root)) {
    const roots = [...ROOTS.map((known) => `${known}.`), ...ALONE];
    const inData = hint(root, [...ROOTS, ...ALONE]);
    return unknown(
      `unknown field "${field}"${inData.startsWith('; did') ? inData : `; fields are ${roots.join(', ')}; what a touchpoint carries is data.${field}`}`,
    );
  }
  if (rest === '') return unknown(`"${root}" alone is not a field; expected "${root}.<name>"`);
  if (root === 'metric' || root === 'factor') return reference(names, root, rest, path);
  if (root === 'case' && !(CASE_FIELDS as readonly string[]).includes(rest))
    return unknown(`a complaint case has no "${rest}"${hint(rest, CASE_FIELDS)}`);
  return [];
};
