import { parseInstant } from '@rapport/domain';
import type { FastifyRequest } from 'fastify';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { Refusal } from '../problem';
import type { Arrival } from './decode-item';

/** `Rapport-Sent-At` says when the request was sent, by the clock that also dated the touchpoints in it. */
export const arrivalOf = ({ clock }: Pick<ApiEngine, 'clock'>, { headers }: FastifyRequest): Arrival => {
  const receivedAt = clock.now();
  const sent = headers['rapport-sent-at'];
  if (sent === undefined) return { receivedAt };
  const instant = parseInstant(String(sent));
  if (isLeft(instant))
    throw new Refusal('invalid-request', `The header Rapport-Sent-At: ${instant.left}.`, {
      errors: [{ field: 'Rapport-Sent-At', message: instant.left }],
    });
  return { receivedAt, sentAt: instant.right };
};
