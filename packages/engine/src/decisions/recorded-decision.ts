import { type Position, type RecordedEvent, relationshipStream } from '@rapport/event-log';
import { isLeft } from 'fp-ts/Either';
import type { Decision } from './decision';
import { isSignalData, isStageData, type SignalData, type StageData, signalData, stageData } from './decision-data';

/** A decision as it was recorded. */
export type RecordedDecision = Decision & {
  readonly id: string;
  readonly recordedAt: number;
  readonly position: Position;
};

/** A decision in the log that this program cannot read. */
export class UnreadableDecision extends Error {
  /**
   * @param position where it stands; undefined where the reader does not know
   * @param reason which field is wrong, and how
   */
  constructor(
    readonly stream: string,
    readonly position: string | undefined,
    reason: string,
  ) {
    const place = position === undefined ? '' : ` at position ${position}`;
    super(
      `The decision${place} of stream ${stream} cannot be read: ${reason}. A newer Rapport wrote it, or the log is damaged. Use the newest Rapport that wrote to this log, or check the log with "rapport verify".`,
    );
    this.name = 'UnreadableDecision';
  }
}

type DecisionEvent = Pick<RecordedEvent, 'type' | 'id' | 'occurredAt' | 'recordedAt' | 'data'> & {
  readonly position?: Position;
};

/** The first field that is wrong, in words. Only asked when one is: it costs more than the check. */
const whatIsWrong = (codec: typeof signalData | typeof stageData, data: unknown): string => {
  const decoded = codec.decode(data);
  const context = isLeft(decoded) ? decoded.left[0]?.context : undefined;
  if (context === undefined) return 'its data has an unknown form';
  // Parts of an intersection have a number for a key.
  const path = context.map(({ key }) => key).filter((key) => key !== '' && !/^\d+$/.test(key));
  const wanted = context.at(-1)?.type.name ?? 'something else';
  return path.length === 0 ? 'its data is not an object' : `"${path.join('.')}" is not ${wanted}`;
};

const unreadable = ({ type, data, position }: DecisionEvent, customer: string): UnreadableDecision =>
  new UnreadableDecision(
    relationshipStream(customer),
    position,
    whatIsWrong(type === STAGE_CHANGED ? stageData : signalData, data),
  );

const STAGE_CHANGED = 'relationship.stageChanged';

const KINDS: ReadonlyMap<string, Decision['kind']> = new Map([
  [STAGE_CHANGED, 'stageChanged'],
  ['relationship.signalRaised', 'signalRaised'],
  ['relationship.signalCleared', 'signalCleared'],
]);

/**
 * The decision that an event of a relationship stream records. Undefined for any other event.
 *
 * @throws UnreadableDecision for a decision whose data this program cannot read
 */
export const decisionOf = (event: DecisionEvent, customer: string): RecordedDecision | undefined => {
  const kind = KINDS.get(event.type);
  if (kind === undefined) return undefined;
  const { data } = event;
  if (kind === 'stageChanged' ? !isStageData(data) : !isSignalData(data)) throw unreadable(event, customer);
  const { asOf, mergesAsOf, model = 1 } = data as unknown as SignalData | StageData;
  const instants = { asOf: Date.parse(asOf), ...(mergesAsOf && { mergesAsOf: Date.parse(mergesAsOf) }) };
  if (Number.isNaN(instants.asOf) || Number.isNaN(instants.mergesAsOf)) throw unreadable(event, customer);
  return {
    ...data,
    model,
    kind,
    ...instants,
    customer,
    effectiveAt: event.occurredAt,
    id: event.id,
    recordedAt: event.recordedAt,
    position: event.position,
  } as unknown as RecordedDecision;
};
