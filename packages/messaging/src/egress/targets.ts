import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { addressMatcher, kindOfAddress } from './addresses';

/** Where deliveries may go. Everything else is refused, at creation and at every connection. */
export interface TargetOptions {
  /** Loopback, private, unique-local and shared (100.64.0.0/10) addresses. Link-local ones must be listed. */
  readonly allowPrivateTargets: boolean;
  /** Names, addresses or CIDR ranges that are allowed whatever they are, over http too. */
  readonly allowedTargets: readonly string[];
  /** http to public addresses. */
  readonly allowHttp: boolean;
}

/** All addresses of a name. Rejects as `dns.promises.lookup` does. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

/**
 * Where webhooks may go. Whoever may create a subscription could otherwise make the engine send requests into the
 * network it stands in. What a name leads to is decided when a connection is made, by the very answer of DNS that is
 * connected to, so that a name that leads elsewhere tomorrow, or on the second question, does not pass.
 */
export interface Targets {
  /** What is wrong with a URL, as far as it says so itself; undefined when nothing is. */
  problemOf(url: string): string | undefined;
  /** As `problemOf`, and asks DNS. A name without an address now is no problem: deliveries will say so. */
  check(url: string): Promise<string | undefined>;
  /** For connections to this URL: fails with {@link TargetRefused} for addresses that are refused. */
  lookupFor(url: URL): LookupFunction;
}

export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

const LONGEST_URL = 2_048;
const DNS_PATIENCE_MS = 3_000;

const resolveBySystem: Resolve = (name) =>
  new Promise((resolve, reject) =>
    systemLookup(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error))),
  );

/**
 * Asks once at a time for a name, however many connections wait for it: the system's lookups share a few threads, and
 * a name whose servers do not answer must not take them all.
 */
const oneAtATime = (resolve: Resolve): Resolve => {
  const asked = new Map<string, ReturnType<Resolve>>();
  return (name) => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const answer = resolve(name).finally(() => asked.delete(name));
    asked.set(name, answer);
    return answer;
  };
};

/** Without the brackets of IPv6 and without the dot that may end a name. */
const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

const isLoopbackName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

export const createTargets = (options: TargetOptions, resolveName: Resolve = resolveBySystem): Targets => {
  const { allowPrivateTargets, allowHttp } = options;
  const resolve = oneAtATime(resolveName);
  const names = new Set(options.allowedTargets.map((entry) => entry.toLowerCase().replace(/\.$/, '')));
  const isListed = addressMatcher(options.allowedTargets);

  const addressProblem = (address: string, url: URL): string | undefined => {
    const host = hostOf(url);
    if (names.has(host) || isListed(address)) return undefined;
    const { kind, words } = kindOfAddress(address);
    if (kind === 'private' && allowPrivateTargets) return undefined;
    if (kind !== 'public') {
      const what = host === address ? `${address} is ${words}` : `${host} leads to ${address}, ${words}`;
      return `${what}; deliveries do not go there unless the operator allows it`;
    }
    if (url.protocol === 'http:' && !allowHttp) return 'must begin with https:// (customer data is sent there)';
    return undefined;
  };

  const problemOf = (text: string): string | undefined => {
    if (text.length > LONGEST_URL) return `is longer than ${LONGEST_URL} characters`;
    let url: URL;
    try {
      url = new URL(text);
    } catch {
      return 'is not a URL; it looks like https://example.com/rapport';
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
    if (url.username !== '' || url.password !== '')
      return 'must not carry a user name or password; deliveries are signed instead';
    if (url.port === '0') return 'must not name port 0';
    const host = hostOf(url);
    if (isLoopbackName(host)) return addressProblem('127.0.0.1', url);
    if (isIP(host) !== 0) return addressProblem(host, url);
    const mayBePrivate = allowPrivateTargets || options.allowedTargets.length > 0;
    if (url.protocol === 'http:' && !allowHttp && !mayBePrivate)
      return 'must begin with https:// (customer data is sent there)';
    return undefined;
  };

  const addressesOf = async (url: URL): Promise<readonly LookupAddress[]> => {
    const host = hostOf(url);
    const addresses = isIP(host) !== 0 ? [{ address: host, family: isIP(host) }] : await resolve(host);
    // One refused address is enough: it could be the one that is connected to the next time.
    for (const { address } of addresses) {
      const problem = addressProblem(address, url);
      if (problem !== undefined) throw new TargetRefused(problem);
    }
    return addresses;
  };

  return {
    problemOf,
    check: async (text) => {
      const problem = problemOf(text);
      if (problem !== undefined) return problem;
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<undefined>((end) => {
        timer = setTimeout(() => end(undefined), DNS_PATIENCE_MS);
      });
      const answer = addressesOf(new URL(text)).then(
        () => undefined,
        (error: unknown) => (error instanceof TargetRefused ? error.message : undefined),
      );
      return Promise.race([answer, patience]).finally(() => clearTimeout(timer));
    },
    lookupFor: (url) => (_, lookupOptions, callback) => {
      addressesOf(url).then(
        (addresses) => {
          if (lookupOptions.all === true) callback(null, [...addresses]);
          else callback(null, addresses[0].address, addresses[0].family);
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    },
  };
};
