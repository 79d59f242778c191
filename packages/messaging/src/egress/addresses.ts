import { type IPv4, type IPv6, parse, parseCIDR } from 'ipaddr.js';

/** Addresses that `allowPrivateTargets` opens. Link-local ones stay closed: clouds keep credentials there. */
const PRIVATE = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

const WORDS: Readonly<Record<string, string>> = {
  loopback: 'a loopback address',
  private: 'a private address',
  uniqueLocal: 'a private (unique local) address',
  carrierGradeNat: 'an address shared behind a carrier (100.64.0.0/10)',
  linkLocal: 'a link-local address',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
  unspecified: 'no address of a host',
};

export type AddressKind = 'public' | 'private' | 'special';

/** An IPv4 address that is written as IPv6 becomes that IPv4 address. */
const plain = (address: string): IPv4 | IPv6 => {
  const parsed = parse(address);
  return parsed.kind() === 'ipv6' && (parsed as IPv6).isIPv4MappedAddress() ? (parsed as IPv6).toIPv4Address() : parsed;
};

/** `::a.b.c.d` is obsolete, and still reaches a.b.c.d on some systems. */
const isCompatible = (address: IPv4 | IPv6): boolean =>
  address.kind() === 'ipv6' && (address as IPv6).parts.slice(0, 6).every((part) => part === 0);

/**
 * Public or private by their range, but the cloud that a machine runs in answers them, and gives away credentials.
 * Addresses that are link-local need no place in this list.
 */
const OF_CLOUDS = [
  '168.63.129.16', // Azure's wire server
  '100.100.100.200', // Alibaba
  'fd00:ec2::/32', // Amazon: instance metadata at ::254, credentials of pods at ::23
  'fd20:ce::254', // Google
  'fd00:c1::a9fe:a9fe', // Oracle
  'fd00:42::42', // Scaleway
];

/** @param address as DNS or a URL gives it, without brackets */
export const kindOfAddress = (address: string): { readonly kind: AddressKind; readonly words: string } => {
  const found = plain(address);
  const range = found.range();
  if (isOfCloud(address)) return { kind: 'special', words: 'an address of the cloud itself' };
  if (range === 'unicast' && !isCompatible(found)) return { kind: 'public', words: 'a public address' };
  const words = WORDS[range] ?? `an address of special use (${range})`;
  return { kind: PRIVATE.has(range) ? 'private' : 'special', words };
};

/** Whether an address is in a list of addresses and CIDR ranges. Names in the list are ignored. */
export const addressMatcher = (list: readonly string[]): ((address: string) => boolean) => {
  const ranges = list.flatMap((entry): readonly (readonly [IPv4 | IPv6, number])[] => {
    try {
      if (entry.includes('/')) return [parseCIDR(entry)];
      const address = plain(entry);
      return [[address, address.kind() === 'ipv4' ? 32 : 128]];
    } catch {
      return [];
    }
  });
  return (address) => {
    const found = plain(address);
    return ranges.some(([range, bits]) => range.kind() === found.kind() && found.match(range as never, bits));
  };
};

const isOfCloud = addressMatcher(OF_CLOUDS);
