import { type Either, left, right } from 'fp-ts/Either';
import type { AuthenticationFailure } from './access';

/** Tokens of issuers that put many groups into them are long, but never this long. */
const LONGEST = 8_192;

/** Schemes are written in any case (RFC 9110, 11.1). */
const SCHEME = /^(bearer|basic) +(\S+)$/i;

/**
 * The key or token in an `Authorization` header. `Basic` with a key as user name and no password is what the libraries
 * of Segment send; their users can set nothing else.
 */
export const credentialsOf = (authorization: string | undefined): Either<AuthenticationFailure, string> => {
  if (authorization === undefined || authorization === '') return left({ kind: 'missing' });
  if (authorization.length > LONGEST) return invalid('longer than any key or token');
  const [, scheme, given = ''] = SCHEME.exec(authorization) ?? [];
  if (scheme === undefined) return invalid('not of the form "Bearer <key or token>"');
  return scheme.toLowerCase() === 'bearer' ? right(given) : ofBasic(given);
};

const ofBasic = (encoded: string): Either<AuthenticationFailure, string> => {
  const decoded = Buffer.from(encoded, 'base64').toString('latin1');
  return decoded.endsWith(':') && decoded.startsWith('rapport_')
    ? right(decoded.slice(0, -1))
    : invalid('Basic without a key as user name, or with a password');
};

const invalid = (reason: string): Either<AuthenticationFailure, never> => left({ kind: 'invalid', reason });
