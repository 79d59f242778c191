import { readMetric } from '../metric';
import type { Ruleset } from '../ruleset/ruleset';
import { type Language, labelOf, type OwnLanguage, ownLanguage } from './language';
import type { Missing } from './missing';
import { beside, exact, percent } from './number-text';
import type { DecidingCondition } from './relationship';

interface Phrases {
  readonly and: string;
  readonly or: string;
  readonly more: (count: number, label: string) => string;
  readonly up: (label: string, from: string, to: string) => string;
  readonly down: (label: string, from: string, to: string) => string;
  readonly below: string;
  readonly above: string;
  readonly justBelow: string;
  readonly justAbove: string;
  readonly infinite: string;
  readonly consent: (purpose: string, wanted: boolean) => string;
  readonly stage: (stage: string, wanted: boolean) => string;
}

const PHRASES: Readonly<Record<OwnLanguage, Phrases>> = {
  en: {
    and: ' and ',
    or: ', or ',
    more: (count, label) => `${count} more ${label}`,
    up: (label, from, to) => `${label} from ${from} to ${to}`,
    down: (label, from, to) => `${label} from ${from} down to ${to}`,
    below: 'below ',
    above: 'above ',
    justBelow: 'just below ',
    justAbove: 'just above ',
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
    justBelow: 'vừa dưới ',
    justAbove: 'vừa trên ',
    infinite: 'chưa bao giờ',
    consent: (purpose, wanted) => (wanted ? `đồng ý cho ${purpose}` : `không đồng ý cho ${purpose}`),
    stage: (stage, wanted) => (wanted ? `ở giai đoạn ${stage}` : `ở giai đoạn khác ${stage}`),
  },
};

/** Rounded for a person who is to act on it: 54, 5.4, 0.54. */
const rounded = (value: number): string => {
  const digits = Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
};

/** Counts move by whole touchpoints. Other metrics are described by their values. */
const countsWholes = (ruleset: Ruleset, metric: string): boolean => {
  const rule = ruleset.metrics?.[metric];
  return rule !== undefined && readMetric(rule).countsUp;
};

const inWords = (ruleset: Ruleset, condition: DecidingCondition, language: Language): string => {
  const phrases = PHRASES[ownLanguage(language)];
  const { subject, id, comparison, threshold = 0, value } = condition;
  if (subject === 'consent') return phrases.consent(id, !value);
  if (subject === 'stage') return phrases.stage(id, !id.split(', ').includes(String(value)));
  const rule = subject === 'metric' ? ruleset.metrics?.[id] : ruleset.factors[id];
  const label = labelOf(rule?.label, language, id);
  const rises = comparison === 'atLeast' || comparison === 'above';
  if (rises && subject === 'metric' && value !== null && countsWholes(ruleset, id)) {
    const target = comparison === 'atLeast' ? Math.ceil(threshold) : Math.floor(threshold) + 1;
    return phrases.more(target - Number(value), label);
  }
  const scaled = (number: number): number => (subject === 'confidence' ? percent(number) : number);
  const limit = scaled(threshold);
  const number = scaled(Number(value));
  const near =
    beside(number, limit, rounded) ?? `${number < limit ? phrases.justBelow : phrases.justAbove}${exact(limit)}`;
  const from = value === null ? phrases.infinite : near;
  return rises
    ? phrases.up(label, from, (comparison === 'above' ? phrases.above : '') + exact(limit))
    : phrases.down(label, from, (comparison === 'below' ? phrases.below : '') + exact(limit));
};

/**
 * What is missing, in words.
 *
 * @example describeMissing(ruleset, missing, 'en') // "2 more orders within 90 days, or satisfaction from 54 to 60"
 */
export const describeMissing = (ruleset: Ruleset, missing: Missing, language: Language): string => {
  if ('condition' in missing) return inWords(ruleset, missing.condition, language);
  const phrases = PHRASES[ownLanguage(language)];
  const parts = ('all' in missing ? missing.all : missing.any).map((part) => {
    const words = describeMissing(ruleset, part, language);
    return 'condition' in part ? words : `(${words})`;
  });
  return parts.join('all' in missing ? phrases.and : phrases.or);
};
