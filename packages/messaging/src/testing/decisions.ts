import type { JsonObject } from '@rapport/domain';
import type { AppendRequest, EventLog } from '@rapport/event-log';
import { relationshipStream } from '@rapport/event-log';

export interface DecisionOptions {
  readonly kind?: 'stageChanged' | 'signalRaised';
  readonly to?: string;
  readonly cause?: string;
  readonly signal?: string;
}

/** A decision about a customer, as the engine records them. */
export const decision = (customer: string, sequence: number, options: DecisionOptions = {}): AppendRequest => {
  const { kind = 'stageChanged', to = 'active', cause = 'touchpoint', signal = 'at-risk' } = options;
  const what =
    kind === 'stageChanged' ? { from: null, to, direction: 'up', because: [], factors: {}, signals: [] } : { signal };
  const data: JsonObject = {
    ...(what as unknown as JsonObject),
    cause,
    touchpoint: { source: 'test', id: `${customer}-${sequence}` },
    ruleset: { name: 'retail', version: 1, hash: 'abc' },
    sequence,
    foldedUpTo: '00000000000001',
    asOf: '2026-01-01T00:00:00.000Z',
  };
  const id = `change-${customer}-${sequence}`;
  const event = { source: 'rapport', id, type: `relationship.${kind}`, occurredAt: Date.UTC(2026, 0, 1), data };
  return { stream: relationshipStream(customer), expected: 'any', events: [event] };
};

/** `rounds` changes of each customer; customers take turns. */
export const recordRounds = async (log: EventLog, customers: number, rounds: number, first = 1): Promise<void> => {
  for (let round = first; round < first + rounds; round++)
    await log.appendMany(Array.from({ length: customers }, (_, c) => decision(`c${c}`, round)));
};
