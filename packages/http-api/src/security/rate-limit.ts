import rateLimit from '@fastify/rate-limit';
import type { Principal } from '@rapport/access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../problem';

const MINUTE = 60_000;

/**
 * Guessing 256 bits is hopeless anyway; this keeps guessers from keeping the server busy and from filling its logs.
 * Only wrong keys are counted, so one asker's wrong keys never refuse the right key of another behind the same address.
 */
const WRONG_KEYS_PER_MINUTE = 60;

/** Remembered at once; the longest unheard of are forgotten first. */
const KEYS_REMEMBERED = 10_000;

/** Both throw a refusal (429) for a request too many. */
export interface RateLimits {
  /** Counts a request of a known asker. */
  countRequest(principal: Principal, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Counts a wrong key by address. */
  countWrongKey(request: FastifyRequest): Promise<void>;
}

/** @param requestsPerMinute of one key or token subject; 0 for no limit */
export const createRateLimits = async (app: FastifyInstance, requestsPerMinute: number): Promise<RateLimits> => {
  await app.register(rateLimit, { global: false, cache: KEYS_REMEMBERED });
  const ofPrincipal = app.createRateLimit({
    max: requestsPerMinute,
    timeWindow: MINUTE,
    keyGenerator: ({ principal }) => `${principal?.kind}:${principal?.id}`,
  });
  const ofAddress = app.createRateLimit({ max: WRONG_KEYS_PER_MINUTE, timeWindow: MINUTE });
  return {
    countRequest: async ({ kind, name }, request, reply) => {
      if (requestsPerMinute === 0) return;
      const state = await ofPrincipal(request);
      if (state.isAllowed) return;
      const { max, remaining, ttlInSeconds } = state;
      reply.headers({ 'ratelimit-limit': max, 'ratelimit-remaining': remaining, 'ratelimit-reset': ttlInSeconds });
      const who = kind === 'key' ? `The key "${name}"` : `"${name}"`;
      if (state.isExceeded)
        throw tooMany(ttlInSeconds, `${who} may send ${max} requests a minute. Touchpoints can be sent in batches.`);
    },
    countWrongKey: async (request) => {
      const state = await ofAddress(request);
      if (!state.isAllowed && state.isExceeded)
        throw tooMany(state.ttlInSeconds, 'Too many requests with wrong keys came from this address.');
    },
  };
};

const tooMany = (seconds: number, why: string): Refusal => {
  const wait = Math.max(1, seconds);
  const unit = wait === 1 ? 'second' : 'seconds';
  return new Refusal('too-many-requests', `${why} Try again in ${wait} ${unit}.`, {
    headers: { 'retry-after': String(wait) },
  });
};
