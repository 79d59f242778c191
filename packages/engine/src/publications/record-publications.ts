import { type EventLog, RULESETS_STREAM } from '@rapport/event-log';
import { isLeft } from 'fp-ts/Either';
import { type Publication, publicationEvent } from './publication';

/**
 * Appends publications that follow one another, all or nothing. Done again after an answer that was lost, it records
 * nothing twice.
 *
 * @throws Error when others came into force meanwhile
 */
export const recordPublications = async (log: EventLog, publications: readonly Publication[]): Promise<void> => {
  const [first] = publications;
  if (first === undefined) return;
  const { number } = first;
  const result = await log.append(
    RULESETS_STREAM,
    number === 1 ? 'none' : number - 2,
    publications.map(publicationEvent),
  );
  if (isLeft(result))
    throw new Error(
      `The log refused the publication of a ruleset (${result.left.kind}): another one came into force meanwhile.`,
    );
};
