import { Factor, formatInstant, type Program } from '@rapport/domain';
import type { StoredRelationship } from '@rapport/read-model';

/**
 * A row of the list of customers, as `customers --json` and `GET /v1/customers` give it: what the read model keeps,
 * with the scores as they are at an instant. Instants in RFC 3339.
 */
export const listedCustomer = (stored: StoredRelationship, program: Program, at: number) => ({
  customer: stored.customer,
  stage: stored.stage,
  since: formatInstant(stored.since),
  factors: Object.fromEntries(
    program.factors.map((parameters) => {
      const factor = new Factor(parameters);
      const evidence = stored.factors[parameters.id];
      if (evidence !== undefined) {
        factor.evidenceFor = evidence.for;
        factor.evidenceAgainst = evidence.against;
        factor.at = evidence.at;
      }
      return [parameters.id, { score: factor.scoreAt(at), confidence: factor.confidenceAt(at) }];
    }),
  ),
  signals: Object.entries(stored.signals).map(([signal, since]) => ({ signal, since: formatInstant(since) })),
  nextReviewAt: stored.nextReviewAt === null ? null : formatInstant(stored.nextReviewAt),
  touchpoints: stored.touchpoints,
  firstTouchpointAt: formatInstant(stored.firstTouchpointAt),
  lastTouchpointAt: formatInstant(stored.lastTouchpointAt),
});
