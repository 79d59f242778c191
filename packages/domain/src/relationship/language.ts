import type { Texts } from '../ruleset/ruleset';

/** A language tag such as `en`, `vi` or `pt-BR`: labels of a ruleset may be in any; Rapport itself speaks two. */
export type Language = string;

/** Languages that Rapport's own words are in. */
export type OwnLanguage = 'en' | 'vi';

/** What a language tag begins with: `pt` of `pt-BR`. */
const primary = (language: Language): string => (language.split('-')[0] ?? '').toLowerCase();

/** The language in which Rapport speaks to a reader who asked for another: their own, else English. */
export const ownLanguage = (language: Language): OwnLanguage => (primary(language) === 'vi' ? 'vi' : 'en');

/**
 * The label in a language: of its region, of the language, else of another region of it; else in English, else in
 * any language there is; the id only without a label.
 */
export const labelOf = (label: Texts | undefined, language: Language, id: string): string => {
  if (label === undefined) return id;
  const languages = Object.keys(label);
  const found =
    languages.find((one) => one.toLowerCase() === language.toLowerCase()) ??
    languages.find((one) => one === primary(language)) ??
    languages.find((one) => primary(one) === primary(language)) ??
    languages.find((one) => one === 'en') ??
    languages.find((one) => primary(one) === 'en') ??
    languages[0];
  return found === undefined ? id : (label[found] ?? id);
};
