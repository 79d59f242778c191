import type { EventCondition, TypePattern } from '../ruleset/condition';
import { formatCondition } from '../ruleset/format-condition';
import type { Field } from '../ruleset/language/shape';
import { aDuration, typePatterns } from '../ruleset/language/texts';
import { type Interval, interval } from '../ruleset/logic/interval';

/** Parts of metric rules that several kinds have. */

export const where: Field = {
  shape: { kind: 'named', name: 'eventCondition' },
  doc: 'Counts only touchpoints for which this holds. It sees metrics as they stood before the touchpoint.',
};
export const within: Field = { shape: aDuration, doc: 'Looks back this long: (t - within, t].' };
export const halfLife: Field = { shape: aDuration, doc: 'Each value loses half its weight in this time.' };
export const types = (doc: string): Field => ({ shape: typePatterns, required: true, doc });

/** 0, 1, 2 ... */
export const COUNTS: Interval = interval(0, Number.POSITIVE_INFINITY, true);
export const NOT_NEGATIVE: Interval = interval(0, Number.POSITIVE_INFINITY);

export const typesText = (pattern: TypePattern): string => [pattern].flat().join(', ');

/** ` where data.total >= 20 within P90D`: what narrows a rule down, in one line with it. */
export const narrowingText = (rule: {
  readonly where?: EventCondition;
  readonly within?: string;
  readonly halfLife?: string;
}): string =>
  [
    rule.where === undefined ? '' : ` where ${formatCondition(rule.where)}`,
    rule.within === undefined ? '' : ` within ${rule.within}`,
    rule.halfLife === undefined ? '' : `, halved every ${rule.halfLife}`,
  ].join('');
