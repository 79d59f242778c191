import { conditionsText, type Language, type Ruleset } from '@rapport/domain';
import type { ChangeEvent } from '@rapport/engine';
import { minute } from './instants';
import type { Look } from './relationship';
import { plain, type Style } from './style';
import { type Words, wordsIn } from './words';

/** The usual length of customers' ids; longer ones push the rest to the right. */
const CUSTOMER = 12;

/** A stage change or signal in one line: when it became true, whose, what, and why. */
export const changeLine = (
  event: ChangeEvent,
  ruleset: Pick<Ruleset, 'factors' | 'metrics'>,
  { style, language }: Pick<Look, 'style' | 'language'>,
): string => {
  const { subject, time } = event;
  return [
    style.dim(minute(Date.parse(time))),
    style.bold(plain(subject).padEnd(CUSTOMER)),
    whatChanged(event, style, wordsIn(language)),
    style.dim(plain(why(event, ruleset as Ruleset, language))),
  ].join('  ');
};

const whatChanged = (event: ChangeEvent, style: Style, words: Words): string => {
  if (event.type === 'relationship.stageChanged.v1') {
    const { from, to, direction } = event.data;
    const colour = direction === 'up' ? style.green : style.red;
    return colour(`${direction === 'up' ? '▲' : '▼'} ${from === null ? '' : `${plain(from)} → `}${plain(to)}`);
  }
  const raised = event.type === 'relationship.signalRaised.v1';
  return style.yellow(`● ${plain(event.data.signal)} ${raised ? words.raised : words.cleared}`);
};

const causeIn = (cause: ChangeEvent['data']['cause'], words: Words): string =>
  ({ touchpoint: '', time: words.byTime, late: words.learnedLate, merge: words.united, ruleset: words.newRules })[
    cause
  ];

/** The conditions that decided, the cause where it is not plain, and the touchpoint. */
const why = ({ data }: ChangeEvent, ruleset: Ruleset, language: Language): string => {
  const conditions = 'because' in data ? conditionsText(ruleset, data.because, language) : '';
  const said = [causeIn(data.cause, wordsIn(language)), conditions].filter((text) => text !== '').join(': ');
  const touchpoint = data.touchpoint === undefined ? '' : `(${data.touchpoint.source} ${data.touchpoint.id})`;
  return [said, touchpoint].filter((text) => text !== '').join(' ');
};
