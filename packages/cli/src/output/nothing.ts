import type { Language } from '@rapport/domain';
import type { NothingKnown } from '@rapport/engine';
import { minute } from './instants';
import { wordsIn } from './words';

/** Why there is nothing to say of a customer at an instant, in words. */
export const nothingText = ({ reason, firstOccurredAt, firstRecordedAt }: NothingKnown, language: Language): string => {
  const words = wordsIn(language);
  const at = (instant: string | undefined): string => (instant === undefined ? '' : minute(Date.parse(instant)));
  if (reason === 'not-recorded') return `${words.notRecorded} ${at(firstRecordedAt)}.`;
  return firstOccurredAt === undefined
    ? words.nothingYet
    : `${words.nothingYet} ${words.firstHappened} ${at(firstOccurredAt)}.`;
};
