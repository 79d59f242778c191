import { createHash } from 'node:crypto';

type Call = Readonly<Record<string, unknown>>;

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * The `alias` call that an `identify` call amounts to: who was anonymous turns out to be this user. Undefined where it
 * does not say so. Pages identify their user again and again: for the same two it is the same call.
 */
export const aliasOf = (call: Call): Call | undefined => {
  const { userId, anonymousId } = call;
  if (!isName(userId) || !isName(anonymousId) || userId === anonymousId) return undefined;
  const pair = createHash('sha256')
    .update(JSON.stringify([anonymousId, userId]))
    .digest('hex')
    .slice(0, 32);
  return { ...call, type: 'alias', messageId: `identify-${pair}`, previousId: anonymousId };
};
