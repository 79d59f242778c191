import type { Ruleset, Texts } from '../ruleset/ruleset';
import { type ConditionNow, conditionNow } from './conditions-now';
import type { Evaluation } from './evaluate';
import type { DecidingCondition } from './relationship';

/** What does not hold yet, as a tree: all of `all`, one of `any`, or one comparison. */
export type Missing =
  | { readonly all: readonly Missing[] }
  | { readonly any: readonly Missing[] }
  | { readonly condition: DecidingCondition };

const OPPOSITE = { atLeast: 'below', below: 'atLeast', above: 'atMost', atMost: 'above', is: 'is' } as const;

const missingOf = (now: ConditionNow, wanted: boolean): Missing | null => {
  if (now.holds === wanted) return null;
  if ('not' in now) return missingOf(now.not, !wanted);
  if ('all' in now || 'any' in now) {
    const parts = ('all' in now ? now.all : now.any).map((one) => missingOf(one, wanted)).filter((one) => one !== null);
    if (parts.length === 1) return parts[0];
    return 'all' in now === wanted ? { all: parts } : { any: parts };
  }
  return { condition: wanted ? now : { ...now, comparison: OPPOSITE[now.comparison], holds: !now.holds } };
};

/** The next stage and what is missing for it; null on the last stage and before the first touchpoint. */
export const missingForNextStage = ({
  fold,
  asOf,
}: Evaluation): { readonly stage: string; readonly missing: Missing | null } | null => {
  const next = fold.program.stages[fold.stage + 1];
  if (fold.stage < 0 || next?.enterCondition === undefined) return null;
  return { stage: next.id, missing: missingOf(conditionNow(fold, next.enterCondition, asOf), true) };
};

/** Languages that Rapport speaks by itself; labels of a ruleset may know more. */
export type Language = 'en' | 'vi';

interface Phrases {
  readonly and: string;
  readonly or: string;
  readonly more: (count: number, label: string) => string;
  readonly up: (label: string, from: string, to: string) => string;
  readonly down: (label: string, from: string, to: string) => string;
  readonly below: string;
  readonly above: string;
  readonly infinite: string;
  readonly consent: (purpose: string, wanted: boolean) => string;
  readonly stage: (stage: string, wanted: boolean) => string;
}

const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: {
    and: ' and ',
    or: ', or ',
    more: (count, label) => `${count} more ${label}`,
    up: (label, from, to) => `${label} from ${from} to ${to}`,
    down: (label, from, to) => `${label} from ${from} down to ${to}`,
    below: 'below ',
    above: 'above ',
    infinite: 'never',
    consent: (purpose, wanted) => (wanted ? `consent for ${purpose}` : `no consent for ${purpose}`),
    stage: (stage, wanted) => (wanted ? `stage ${stage}` : `a stage other than ${stage}`),
  },
  vi: {
    and: ' và ',
    or: ', hoặc ',
    more: (count, label) => `thêm ${count} ${label}`,
    up: (label, from, to) => `${label} tăng từ ${from} lên ${to}`,
    down: (label, from, to) => `${label} giảm từ ${from} xuống ${to}`,
    below: 'dưới ',
    above: 'trên ',
    infinite: 'chưa bao giờ',
    consent: (purpose, wanted) => (wanted ? `đồng ý cho ${purpose}` : `không đồng ý cho ${purpose}`),
    stage: (stage, wanted) => (wanted ? `ở giai đoạn ${stage}` : `ở giai đoạn khác ${stage}`),
  },
};

/** The label in a language, else in English, else the id. */
export const labelOf = (label: Texts | undefined, language: string, id: string): string =>
  label?.[language] ?? label?.en ?? id;

const rounded = (value: number): string => {
  const digits = Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
};

/** Counts move by whole touchpoints; anything else is told by its values. */
const countsWholes = (ruleset: Ruleset, metric: string): boolean => {
  const rule = ruleset.metrics?.[metric];
  return rule !== undefined && (('count' in rule && rule.halfLife === undefined) || 'distinct' in rule);
};

const inWords = (ruleset: Ruleset, condition: DecidingCondition, language: Language): string => {
  const phrases = PHRASES[language];
  const { subject, id, comparison, threshold, value } = condition;
  if (subject === 'consent') return phrases.consent(id, !value);
  if (subject === 'stage') return phrases.stage(id, !id.split(', ').includes(String(value)));
  const rule = subject === 'metric' ? ruleset.metrics?.[id] : ruleset.factors[id];
  const label = labelOf(rule?.label, language, id);
  const limit = threshold ?? 0;
  const percent = subject === 'confidence' ? 100 : 1;
  const from = value === null ? phrases.infinite : rounded(Number(value) * percent);
  if (comparison === 'atLeast' || comparison === 'above') {
    if (subject === 'metric' && value !== null && countsWholes(ruleset, id)) {
      const target = comparison === 'atLeast' ? Math.ceil(limit) : Math.floor(limit) + 1;
      return phrases.more(target - Number(value), label);
    }
    return phrases.up(label, from, (comparison === 'above' ? phrases.above : '') + rounded(limit * percent));
  }
  return phrases.down(label, from, (comparison === 'below' ? phrases.below : '') + rounded(limit * percent));
};

/**
 * What is missing, in words.
 *
 * @example describeMissing(ruleset, missing, 'en') // "2 more orders within 90 days, or satisfaction from 54 to 60"
 */
export const describeMissing = (ruleset: Ruleset, missing: Missing, language: Language): string => {
  if ('condition' in missing) return inWords(ruleset, missing.condition, language);
  const phrases = PHRASES[language];
  const parts = ('all' in missing ? missing.all : missing.any).map((part) => {
    const words = describeMissing(ruleset, part, language);
    return 'condition' in part ? words : `(${words})`;
  });
  return parts.join('all' in missing ? phrases.and : phrases.or);
};
