import type { Language } from '@rapport/domain';
import type { UsedRuleset } from '@rapport/engine';
import { minute } from './instants';
import type { Look } from './relationship';
import { plain } from './style';

const EN = {
  ruleset: 'ruleset',
  inForce: 'in force',
  since: 'since',
  before: 'since before',
  by: 'put in force by',
  wasInForce: 'in force then',
  earliest: 'the first that is known, as nothing says what was in force at that instant',
  given: 'named with --ruleset',
};

const VI: typeof EN = {
  ruleset: 'bộ quy tắc',
  inForce: 'có hiệu lực',
  since: 'từ',
  before: 'từ trước',
  by: 'do người này đưa vào:',
  wasInForce: 'có hiệu lực lúc đó',
  earliest: 'bộ đầu tiên được biết, vì không rõ bộ nào có hiệu lực lúc đó',
  given: 'được chọn bằng --ruleset',
};

/** By which rules an answer was computed, since when those are in force and by whom, in one line. */
export const usedRulesetLine = (
  { name, version, hash, chosen, since, before, by }: UsedRuleset,
  { style, language }: { readonly style: Look['style']; readonly language: Language },
): string => {
  const words = language === 'vi' ? VI : EN;
  const parts = [`${words.ruleset} ${plain(name)} ${version} (${hash.slice(0, 12)})`];
  if (chosen === 'given') parts.push(words.given);
  if (since !== undefined) {
    const from = `${before ? words.before : words.since} ${minute(Date.parse(since))}`;
    if (chosen === 'in-force') parts.push(`${words.inForce} ${from}`);
    if (chosen === 'known-at') parts.push(`${words.wasInForce} (${from})`);
    if (chosen === 'earliest') parts.push(`${words.earliest} (${words.inForce} ${from})`);
  }
  if (by !== undefined) parts.push(`${words.by} ${plain(by.name)}`);
  return style.dim(parts.join(', '));
};
