/**
 * Which values are kept as they came: those that Rapport reads, by their names. Everything else in a body is not for
 * Rapport, and may be anything.
 */
import { type Catalogue, type DataFields, dataFieldsOf, MASKED, SEGMENT_ITEM, segmentEvents } from '@rapport/domain';

export const MASK = MASKED;

/** Around data, in all forms: the compact one, CloudEvents, Segment's calls. */
const ENVELOPE: readonly string[] = [
  ...['id', 'source', 'type', 'version', 'customer', 'occurredAt', 'recordedAt', 'staff', 'correlationId', 'data'],
  ...['specversion', 'subject', 'time', 'recordedtime', 'datacontenttype', 'dataschema', 'traceparent'],
  ...['event', 'messageId', 'userId', 'anonymousId', 'previousId', 'timestamp', 'originalTimestamp', 'sentAt'],
  ...['properties', 'products', 'items', 'batch', 'amount', 'currency'],
];

/** Names of identities, which a touchpoint is nothing without: they are kept whatever they look like. */
const IDENTITIES = new Set(['id', 'customer', 'subject', 'userid', 'anonymousid', 'previousid', 'into', 'messageid']);

/** Fields of the catalogue in which people write what they like, or name people and places. */
const FREE_TEXT: readonly string[] = ['text', 'review_body', 'reason', 'topic', 'place', 'to', 'question'];

/** Whatever a catalogue says of them; as parts of names, without case and separators. */
const PERSONAL =
  /mail|phone|mobile|address|street|postal|postcode|zipcode|city|birth|firstname|lastname|surname|fullname|username|password|passport|iban|card|tax|ssn|gender|useragent|latitude|longitude|location|^ip$|^zip$|^dob$/;
/** Of those, what the catalogue has under such a name and what is not a person's. */
const NOT_PERSONAL = new Set(['tax']);

/** Masked according to the documentation, even if the catalogue knows the field. */
export const MASKED_NAMES: readonly string[] = FREE_TEXT;

/** Longer texts are neither ids nor words of a list. */
const LONGEST_TEXT = 512;
const EMAIL = /[^\s@]+@[^\s@]+\.[^\s@]+/;

export interface KeptNames {
  /** Whether what has this name is kept, or looked into where it is an object or a list. */
  readonly keeps: (name: string, parent: string | undefined) => boolean;
  /** Whether this text may stand under a name that is kept. */
  readonly keepsText: (name: string, text: string) => boolean;
}

const plain = (name: string): string => name.toLowerCase().replace(/[\s_.-]/g, '');

const takeNames = (fields: DataFields, names: Set<string>): void => {
  for (const [name, { fields: inner }] of fields) {
    names.add(plain(name));
    if (inner !== undefined) takeNames(inner, names);
  }
};

const namesOf = ({ types }: Catalogue): ReadonlySet<string> => {
  const names = new Set(ENVELOPE.map(plain));
  for (const { versions } of types.values()) for (const version of versions) takeNames(dataFieldsOf(version), names);
  for (const { fields = {} } of [...segmentEvents, { fields: SEGMENT_ITEM }])
    for (const from of Object.values(fields)) for (const name of from) names.add(plain(name));
  for (const name of FREE_TEXT) names.delete(plain(name));
  // Of a product it is its name; of anybody else it is who they are.
  names.delete('name');
  for (const name of names) if (PERSONAL.test(name) && !NOT_PERSONAL.has(name)) names.delete(name);
  return names;
};

const made = new WeakMap<Catalogue, KeptNames>();

/** The names that a catalogue knows, spelt in whatever way. */
export const keptNames = (catalogue: Catalogue): KeptNames => {
  let kept = made.get(catalogue);
  if (kept === undefined) {
    const names = namesOf(catalogue);
    kept = {
      keeps: (name, parent) => {
        const wanted = plain(name);
        return wanted === 'name' ? parent === 'items' || parent === 'products' : names.has(wanted);
      },
      keepsText: (name, text) => text.length <= LONGEST_TEXT && (IDENTITIES.has(plain(name)) || !EMAIL.test(text)),
    };
    made.set(catalogue, kept);
  }
  return kept;
};
