import { readMetric } from '../../metric';
import type { Catalogue } from '../../touchpoint';
import { foldCondition } from '../fold-condition';
import type { RulesetProblem } from '../problem';
import type { EventCondition, Ruleset } from '../ruleset';
import { fieldParts } from './event-parts';
import { metBy } from './known-fields';
import { problem } from './names';

const CURRENCY = 'data.currency';

/** Whether all that meets the condition is in one currency. */
const inOneCurrency = (condition: EventCondition): boolean =>
  foldCondition<EventCondition, boolean>(condition, {
    all: (parts) => parts.includes(true),
    any: (parts) => parts.length === 1 && parts.includes(true),
    not: () => false,
    leaf: ({ field, is, in: among }) => field === CURRENCY && (typeof is === 'string' || among?.length === 1),
  });

/** Warnings: sums of money whatever its currency, which add euros to dong where touchpoints come in both. */
export const lintCurrencies = (ruleset: Ruleset, catalogue: Catalogue): readonly RulesetProblem[] =>
  fieldParts(ruleset).flatMap(({ path, part, on }) => {
    const metric = ruleset.metrics?.[path[1] ?? ''];
    if (part.use !== 'sum' || metric === undefined) return [];
    if (!metBy(part.field, on, catalogue).fields.some(({ money }) => money === true)) return [];
    const { where } = readMetric(metric);
    if (where !== undefined && inOneCurrency(where)) return [];
    return [
      problem(
        'warning',
        'mixed-currencies',
        path,
        `adds up ${part.field} in whatever currency it comes; say in which: where: { field: ${CURRENCY}, is: EUR }`,
      ),
    ];
  });
