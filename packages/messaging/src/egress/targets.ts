import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { sleep } from '@rapport/runtime';
import { addressMatcher, kindOfAddress } from './addresses';

/** Where deliveries may go. Everything else is refused, when a subscription is made and at every connection. */
export interface TargetOptions {
  /** Loopback, private, unique-local and shared (100.64.0.0/10) addresses. Link-local ones must be listed. */
  readonly allowPrivateTargets: boolean;
  /** Names, addresses or CIDR ranges that are allowed in any case, also over http. */
  readonly allowedTargets: readonly string[];
  /** http to public addresses. */
  readonly allowHttp: boolean;
}

/** All addresses of a name. Rejects as `dns.promises.lookup` does. */
export type Resolve = (name: string) => Promise<readonly LookupAddress[]>;

/**
 * Where webhooks may go. Without this, a person who may create a subscription could make the engine send requests into
 * its own network. The addresses of a name are judged when a connection is made, and the connection uses exactly these
 * addresses. So a name that gives other addresses later, or on a second question, does not pass.
 */
export interface Targets {
  /** What is wrong with a URL, as far as the URL itself shows it; undefined when nothing is wrong. */
  problemOf(url: string): string | undefined;
  /** As `problemOf`, and asks DNS. A name without an address is accepted: its deliveries will fail and say so. */
  check(url: string): Promise<string | undefined>;
  /** For connections to this URL: fails with {@link TargetRefused} for addresses that are refused. */
  lookupFor(url: URL): LookupFunction;
}

export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

const LONGEST_URL = 2_048;
const DNS_PATIENCE_MS = 3_000;
const HTTPS_NEEDED = 'must begin with https:// (customer data is sent there)';

const resolveBySystem: Resolve = (name) =>
  new Promise((resolve, reject) =>
    systemLookup(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error))),
  );

/**
 * Asks once for a name, for all connections that wait for it. The lookups of the system share a few threads, and a name
 * whose servers do not answer must not occupy all of them.
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

/** A URL, or what is wrong with its form. */
const parseUrl = (text: string): URL | string => {
  if (text.length > LONGEST_URL) return `is longer than ${LONGEST_URL} characters`;
  const url = URL.parse(text);
  if (url === null) return 'is not a URL; it looks like https://example.com/rapport';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '')
    return 'must not carry a user name or password; deliveries are signed instead';
  return url.port === '0' ? 'must not name port 0' : url;
};

/** @param resolveName for tests; the lookup of the system when absent */
export const createTargets = (options: TargetOptions, resolveName: Resolve = resolveBySystem): Targets =>
  new JudgedTargets(options, oneAtATime(resolveName));

class JudgedTargets implements Targets {
  private readonly listedNames: ReadonlySet<string>;
  private readonly isListed: (address: string) => boolean;

  constructor(
    private readonly options: TargetOptions,
    private readonly resolve: Resolve,
  ) {
    this.listedNames = new Set(options.allowedTargets.map((entry) => entry.toLowerCase().replace(/\.$/, '')));
    this.isListed = addressMatcher(options.allowedTargets);
  }

  problemOf(text: string): string | undefined {
    const url = parseUrl(text);
    if (typeof url === 'string') return url;
    const host = hostOf(url);
    if (isLoopbackName(host)) return this.addressProblem('127.0.0.1', url);
    if (isIP(host) !== 0) return this.addressProblem(host, url);
    const { allowHttp, allowPrivateTargets, allowedTargets } = this.options;
    const mayBeAllowed = allowHttp || allowPrivateTargets || allowedTargets.length > 0;
    return url.protocol === 'http:' && !mayBeAllowed ? HTTPS_NEEDED : undefined;
  }

  async check(text: string): Promise<string | undefined> {
    const problem = this.problemOf(text);
    if (problem !== undefined) return problem;
    const patience = new AbortController();
    const answer = this.addressesOf(new URL(text)).then(
      () => undefined,
      (error: unknown) => (error instanceof TargetRefused ? error.message : undefined),
    );
    return Promise.race([answer, sleep(DNS_PATIENCE_MS, patience.signal).then(() => undefined)]).finally(() =>
      patience.abort(),
    );
  }

  lookupFor(url: URL): LookupFunction {
    return (_, { all }, callback) => {
      this.addressesOf(url).then(
        (addresses) => {
          const [first] = addresses;
          if (all === true) callback(null, [...addresses]);
          else if (first === undefined) callback(new Error(`${hostOf(url)} has no address`), '');
          else callback(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    };
  }

  private addressProblem(address: string, url: URL): string | undefined {
    const host = hostOf(url);
    if (this.listedNames.has(host) || this.isListed(address)) return undefined;
    const { kind, words } = kindOfAddress(address);
    if (kind === 'private' && this.options.allowPrivateTargets) return undefined;
    if (kind !== 'public') {
      const what = host === address ? `${address} is ${words}` : `${host} leads to ${address}, ${words}`;
      return `${what}; deliveries do not go there unless the operator allows it`;
    }
    return url.protocol === 'http:' && !this.options.allowHttp ? HTTPS_NEEDED : undefined;
  }

  /** @throws TargetRefused */
  private async addressesOf(url: URL): Promise<readonly LookupAddress[]> {
    const host = hostOf(url);
    const addresses = isIP(host) !== 0 ? [{ address: host, family: isIP(host) }] : await this.resolve(host);
    // One refused address is enough to refuse the name: the next connection could use it.
    for (const { address } of addresses) {
      const problem = this.addressProblem(address, url);
      if (problem !== undefined) throw new TargetRefused(problem);
    }
    return addresses;
  }
}
