import * as ipaddr from 'ipaddr.js';
import { type Actor, OTHERS, type RefusedRequest, type RefusedSum } from './audit';

const MINUTE = 60_000;
/** Separate sums within one minute; further refusals in it are summed up as {@link OTHERS}. */
const MOST_IN_A_MINUTE = 100;
/** The same over all minutes that could not be written yet. */
const MOST_WAITING = 1_000;
const MOST_KEYS = 10;

/** What is summed up together: {@link RefusedSum} of one action, minute, address and actor. */
export interface WaitingSum {
  readonly at: number;
  readonly action: RefusedRequest['action'];
  readonly address: string;
  readonly actor?: Actor;
  readonly refused: RefusedSum;
}

/** Refused requests, summed up in memory until they are written. However many come, what is held is bounded. */
export interface RefusedSums {
  /** True for the first of its sum: a log that has a line for each such has few. */
  add(request: RefusedRequest, at: number): boolean;
  /** Those that are not written yet. */
  waiting(): readonly WaitingSum[];
  /** They were written. */
  clear(): void;
}

export const refusedSums = (): RefusedSums => {
  const waiting = new Map<string, WaitingSum>();
  let minute = Number.NaN;
  /** Of this minute, written or not. */
  const known = new Set<string>();

  return {
    add: (request, at) => {
      const start = at - (at % MINUTE);
      if (start !== minute) known.clear();
      minute = start;
      const nameOf = (address: string, actor: Actor | undefined): string =>
        JSON.stringify([start, request.action, address, actor?.kind, actor?.id]);
      let { actor } = request;
      let address = summedAddress(request.address);
      const isNew = !known.has(nameOf(address, actor));
      if (isNew && (known.size >= MOST_IN_A_MINUTE || waiting.size >= MOST_WAITING))
        [address, actor] = [OTHERS, undefined];
      const name = nameOf(address, actor);
      const first = !known.has(name);
      known.add(name);
      const { action } = request;
      const refused = added(waiting.get(name)?.refused, sumOf(request, at));
      waiting.set(name, { at: start, action, address, ...(actor === undefined ? {} : { actor }), refused });
      return first;
    },
    waiting: () => [...waiting.values()],
    clear: () => waiting.clear(),
  };
};

const sumOf = ({ request, reason, keyId }: RefusedRequest, at: number): RefusedSum => ({
  count: 1,
  lastAt: at,
  requests: { [request]: 1 },
  reasons: { [reason]: 1 },
  keys: keyId === undefined ? [] : [keyId],
});

const addedCounts = (one: RefusedSum['requests'], other: RefusedSum['requests']): RefusedSum['requests'] => {
  const sums: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
};

/** Both together. */
export const added = (one: RefusedSum | undefined, other: RefusedSum): RefusedSum =>
  one === undefined
    ? other
    : {
        count: one.count + other.count,
        lastAt: Math.max(one.lastAt, other.lastAt),
        requests: addedCounts(one.requests, other.requests),
        reasons: addedCounts(one.reasons, other.reasons),
        keys: [...new Set([...one.keys, ...other.keys])].slice(0, MOST_KEYS),
      };

/**
 * The address that refusals are summed up by: of IPv6 its /64 network, which is what one customer of a provider has.
 *
 * @example summedAddress('2001:db8:0:1::7') // '2001:db8:0:1::/64'
 */
export const summedAddress = (address: string): string => {
  const [plain = ''] = address.split('%');
  if (!ipaddr.isValid(plain)) return address;
  // An IPv4 address written as IPv6 is that IPv4 address.
  const found = ipaddr.process(plain);
  return found.kind() === 'ipv4' ? found.toString() : `${ipaddr.IPv6.networkAddressFromCIDR(`${found}/64`)}/64`;
};
