import type { ChangeEvent } from '@rapport/engine';
import type { OpenWebhooksOptions } from '../options';
import type { Answer } from './sender';
import type { WaitingDelivery } from './waiting-delivery';

/** Thrown inside the span of an attempt, so that the span is marked as failed. */
class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';

  constructor(readonly answer: Answer) {
    super(answer.error);
  }
}

export interface Attempting extends Pick<OpenWebhooksOptions, 'traces'> {
  readonly subscription: string;
  /** Sends a change once, with these headers besides its own; never rejects. */
  send(event: ChangeEvent, headers: Readonly<Record<string, string>>): Promise<Answer>;
}

/**
 * Makes one attempt, in a span under the request that brought the touchpoint. The endpoint receives the span (W3C
 * `traceparent`), so that its own work can be part of the trace. Never rejects, as long as `send` does not.
 */
export const attemptAt = async (
  { send, traces, subscription }: Attempting,
  { id, tries }: WaitingDelivery,
  event: ChangeEvent,
): Promise<Answer> => {
  if (traces === undefined) return send(event, {});
  const work = async (): Promise<Answer> => {
    const answer = await send(event, traces.outgoing());
    if (answer.error !== undefined) throw new AttemptFailed(answer);
    return answer;
  };
  const attributes = { 'rapport.subscription': subscription, 'rapport.change': id, 'rapport.attempt': tries + 1 };
  try {
    return await traces.span('deliver', attributes, work, traces.contextOf(event.data.touchpoint));
  } catch (error) {
    if (error instanceof AttemptFailed) return error.answer;
    throw error;
  }
};
