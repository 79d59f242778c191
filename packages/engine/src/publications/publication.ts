import { createHash } from 'node:crypto';
import { type JsonObject, OWN_SOURCE, type Ruleset, rulesetHash } from '@rapport/domain';
import { type NewEvent, type Position, type RecordedEvent, RULESETS_STREAM } from '@rapport/event-log';
import { type RulesetName, rulesetName } from '../decisions';

/** The user who put rules in force: a user of the machine, or the owner of a key or token. */
export interface Publisher {
  readonly kind: 'user' | 'key' | 'token';
  /** Of the key, or the subject of the token. */
  readonly id?: string;
  readonly name: string;
}

/** By which way rules came into force. */
export type PublishedWith = 'ruleset publish' | 'POST /v1/rulesets' | 'rebuild' | 'import' | 'demo' | 'serve';

/** That a ruleset came into force: an event of the log, from which everything else about it follows. */
export interface Publication {
  /** 1, 2, 3 ... in the order in which rules came into force. */
  readonly number: number;
  readonly ruleset: RulesetName;
  /** The ruleset itself, as JSON text: the order of its keys is its author's. Absent where it was lost before this was recorded. */
  readonly document?: string;
  /** From when on it was in force, in milliseconds; at the latest, where `before` is set. */
  readonly at: number;
  /** It was in force since before this was recorded: only decisions say more about it. */
  readonly before?: true;
  readonly by?: Publisher;
  readonly with?: PublishedWith;
  /** Whether what differed for each customer was announced. */
  readonly announced?: boolean;
  /** Up to where in the log the rules before it had decided; absent if there were none, or if it is unknown. */
  readonly decidedUpTo?: Position;
}

export const PUBLICATION_TYPE = 'ruleset.published';

/**
 * A publication as an event of the stream of rulesets. Its id follows from its number and the ruleset: written twice it
 * is written once.
 */
export const publicationEvent = (publication: Publication): NewEvent => {
  const { number, at, ...rest } = publication;
  const id = createHash('sha256')
    .update(JSON.stringify([PUBLICATION_TYPE, number, rest.ruleset.hash]))
    .digest('hex')
    .slice(0, 32);
  // Absent fields are not written.
  const data = JSON.parse(JSON.stringify(rest)) as JsonObject;
  return { source: OWN_SOURCE, id, type: PUBLICATION_TYPE, version: 1, occurredAt: at, data };
};

/** A publication as it was recorded. */
export type RecordedPublication = Publication & { readonly recordedAt: number; readonly position: Position };

/** Undefined for an event that is not a publication. */
export const publicationOf = (event: RecordedEvent): RecordedPublication | undefined =>
  event.stream !== RULESETS_STREAM || event.type !== PUBLICATION_TYPE
    ? undefined
    : ({
        ...event.data,
        number: event.revision + 1,
        at: event.occurredAt,
        recordedAt: event.recordedAt,
        position: event.position,
      } as unknown as RecordedPublication);

/** The fields of a publication that name a ruleset and hold it. */
export const published = (ruleset: Ruleset): Pick<Publication, 'ruleset' | 'document'> => ({
  ruleset: rulesetName(ruleset, rulesetHash(ruleset)),
  document: JSON.stringify(ruleset),
});

/** The ruleset that was published; undefined where it was lost before its publication was recorded. */
export const rulesetOf = ({ document }: Pick<Publication, 'document'>): Ruleset | undefined =>
  document === undefined ? undefined : (JSON.parse(document) as Ruleset);
