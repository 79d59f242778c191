import { isIP } from 'node:net';
import { DAY, parseDuration } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';

/**
 * Codecs of settings. Each takes the value as a file has it (a number, `true`) and as text (environment, flags);
 * its name says what is expected, to be read after "expected".
 */
const kind = <A>(name: string, is: t.Is<A>, parse: (input: unknown) => A | undefined): t.Type<A, A, unknown> =>
  new t.Type(
    name,
    is,
    (input, context) => {
      const value = parse(input);
      return value === undefined ? t.failure(input, context) : t.success(value);
    },
    t.identity,
  );

const isText = (input: unknown): input is string => typeof input === 'string';
const isNumber = (input: unknown): input is number => typeof input === 'number';

export const text = kind('a text', isText, (input) => (isText(input) && input !== '' ? input : undefined));

export const file = kind('the path of a file', isText, (input) => (isText(input) && input !== '' ? input : undefined));

export const yesNo = kind(
  'true or false',
  (input): input is boolean => typeof input === 'boolean',
  (input) => (typeof input === 'boolean' ? input : input === 'true' ? true : input === 'false' ? false : undefined),
);

const grouped = (value: number): string => value.toLocaleString('en-US');

/** A whole number within bounds. */
export const whole = (least: number, most: number) =>
  kind(`a whole number from ${grouped(least)} to ${grouped(most)}`, isNumber, (input) => {
    const value = isText(input) && /^\d+$/.test(input) ? Number(input) : input;
    return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : undefined;
  });

export const port = kind('a port: a whole number from 0 (any free one) to 65535', isNumber, (input) =>
  parseWith(whole(0, 65_535), input),
);

const UNITS = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** Bytes, also as `64KiB` or `10MiB`. */
export const bytes = kind('a number of bytes, such as 65536, 64KiB or 10MiB', isNumber, (input) => {
  const [, count = 0, unit = ''] = /^(\d+) ?(KiB|MiB|GiB)?$/.exec(String(input)) ?? [];
  const value = Number(count) * UNITS[unit as keyof typeof UNITS];
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
});

/** An ISO 8601 duration of at most `days` days, in milliseconds. */
export const durationUpTo = (days: number) =>
  kind(`an ISO 8601 duration such as PT10S, PT5M or P3D, at most P${days}D`, isNumber, (input) => {
    const parsed = isText(input) ? parseDuration(input) : undefined;
    return parsed === undefined || isLeft(parsed) || parsed.right > days * DAY ? undefined : parsed.right;
  });

/** Up to a century: an instant that lies so far ahead is one still. */
export const duration = durationUpTo(36_500);

/** One that a timer waits for: those of Node end at once when they are to wait for 25 days or longer. */
export const timer = durationUpTo(24);

export const oneOf = <A extends string>(...values: readonly [A, ...A[]]): t.Type<A, A, unknown> =>
  kind(
    `one of ${values.join(', ')}`,
    (input): input is A => values.includes(input as A),
    (input) => (values.includes(input as A) ? (input as A) : undefined),
  );

/** A URL of the web, without a password in it. */
export const url = kind('a URL that begins with http:// or https://', isText, (input) => {
  if (!isText(input) || !URL.canParse(input)) return undefined;
  const { protocol, username, password } = new URL(input);
  return (protocol === 'http:' || protocol === 'https:') && username + password === '' ? input : undefined;
});

/** A mapping of texts to some names; as text it is JSON. */
export const mappingTo = <A extends string>(
  values: readonly A[],
): t.Type<Readonly<Record<string, A>>, Readonly<Record<string, A>>, unknown> =>
  kind(
    `a mapping to ${values.join(', ')}, such as {"crm-team": "${values[0]}"}`,
    (input): input is Readonly<Record<string, A>> => typeof input === 'object' && input !== null,
    (input) => {
      const mapping = isText(input) ? jsonOf(input) : input;
      if (typeof mapping !== 'object' || mapping === null || Array.isArray(mapping)) return undefined;
      return Object.values(mapping).every((one) => values.includes(one as A))
        ? (mapping as Readonly<Record<string, A>>)
        : undefined;
    },
  );

/** A list of texts; as text they are parted by commas. */
export const list: t.Type<readonly string[], readonly string[], unknown> = kind(
  'a list of texts',
  (input): input is readonly string[] => Array.isArray(input),
  (input) => {
    const items = isText(input) ? input.split(',').map((item) => item.trim()) : input;
    return Array.isArray(items) && items.every((item) => isText(item) && item !== '') ? items : undefined;
  },
);

const isAddressOrRange = (text: string): boolean => {
  const [, address, bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address ?? '');
  return version !== 0 && Number(bits ?? 0) <= (version === 4 ? 32 : 128);
};

/** A list of IP addresses and CIDR ranges. */
export const addresses: t.Type<readonly string[], readonly string[], unknown> = kind(
  'a list of addresses or ranges, such as 10.0.0.7 or 10.0.0.0/8',
  (input): input is readonly string[] => Array.isArray(input),
  (input) => (parseWith(list, input)?.every(isAddressOrRange) === true ? parseWith(list, input) : undefined),
);

/** A list of origins as browsers send them: scheme, host, and the port where it is not the usual one. */
export const origins: t.Type<readonly string[], readonly string[], unknown> = kind(
  'a list of origins such as https://shop.example, without a path',
  list.is,
  (input) => {
    const given = parseWith(list, input);
    return given?.every((one) => URL.canParse(one) && new URL(one).origin === one) ? given : undefined;
  },
);

const jsonOf = (input: string): unknown => {
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
};

const parseWith = <A>(codec: t.Type<A, A, unknown>, input: unknown): A | undefined => {
  const decoded = codec.decode(input);
  return isLeft(decoded) ? undefined : decoded.right;
};
