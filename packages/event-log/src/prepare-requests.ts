import { canonicalJson } from './content';
import type { AppendRequest, ExpectedRevision, NewEvent } from './event-log';

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.isWellFormed();
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);
const isInstant = (value: unknown): boolean => Number.isSafeInteger(value);

const fault = (event: NewEvent): string | undefined => {
  if (!isText(event.source)) return 'source';
  if (!isText(event.id)) return 'id';
  if (!isText(event.type)) return 'type';
  if (!isInstant(event.occurredAt)) return 'occurredAt';
  if (event.recordedAt !== undefined && !isInstant(event.recordedAt)) return 'recordedAt';
  if (event.version !== undefined && !(Number.isSafeInteger(event.version) && event.version >= 1)) return 'version';
  if (!isOptionalText(event.staff)) return 'staff';
  if (!isOptionalText(event.correlationId)) return 'correlationId';
  if (typeof event.data !== 'object' || event.data === null || Array.isArray(event.data)) return 'data';
  return undefined;
};

/** A request with what can be computed before the log is looked at. */
export interface PreparedRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly PreparedEvent[];
}

export interface PreparedEvent {
  readonly event: Omit<NewEvent, 'data'>;
  /** RFC 8785 JSON. */
  readonly data: string;
}

/**
 * Refuses what no log can keep faithfully, before anything of the call is stored and before it shares a commit with
 * others; and takes a copy of the data, so that a later change of it changes nothing here. Intake has decoded touchpoints long
 * before, so this is a net for defects, and throws.
 *
 * @throws TypeError naming the request, the event and the field.
 */
export const prepareRequests = (requests: readonly AppendRequest[]): readonly PreparedRequest[] =>
  requests.map(({ stream, expected, events }) => {
    if (!isText(stream)) throw new TypeError(`'${stream}' cannot be the name of a stream: it must be non-empty text.`);
    if (events.length === 0)
      throw new TypeError(`The request for stream ${stream} has no events; it needs at least one.`);
    if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0)) {
      throw new TypeError(`Expected revision ${expected} of stream ${stream} is not a whole number from 0.`);
    }
    return { stream, expected, events: events.map((event) => prepareEvent(stream, event)) };
  });

const prepareEvent = (stream: string, event: NewEvent): PreparedEvent => {
  const field = fault(event);
  if (field !== undefined) {
    throw new TypeError(
      `Field ${field} of event ${event.source}/${event.id} for stream ${stream} cannot be stored: texts must be ` +
        'non-empty Unicode, instants integer milliseconds, versions whole numbers from 1, data an object.',
    );
  }
  return { event, data: canonicalJson(event.data) };
};
