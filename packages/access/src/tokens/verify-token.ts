import { type Either, left, right } from 'fp-ts/Either';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { AuthenticationFailure, Principal } from '../access';
import type { Clock } from '../clock';
import { IssuerUnavailable, issuerKeys } from './issuer-keys';
import { checkOidcOptions, DEFAULT_CLOCK_TOLERANCE_MS, type OidcOptions } from './oidc-options';
import { rolesOfClaims } from './roles-of-claims';

/** Signatures by a key that only the issuer has. With HS256, a program that can check a token can make one. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const LONGEST_NAME = 200;

export type VerifyToken = (token: string) => Promise<Either<AuthenticationFailure, Principal>>;

/**
 * Checks tokens of one issuer: signature, issuer, audience, and that they are valid now. A token that never expires,
 * or names no subject, is refused.
 *
 * @throws RangeError for options that are of no use
 */
export const verifyToken = (options: OidcOptions, clock: Clock): VerifyToken => {
  checkOidcOptions(options);
  const keys = issuerKeys(options, clock);
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ASYMMETRIC,
        issuer: options.issuer,
        audience: [options.audience].flat(),
        requiredClaims: ['sub', 'exp'],
        clockTolerance: (options.clockTolerance ?? DEFAULT_CLOCK_TOLERANCE_MS) / 1_000,
        currentDate: new Date(clock.now()),
      });
      return principalOf(payload, options);
    } catch (error) {
      if (error instanceof IssuerUnavailable) return left({ kind: 'unavailable', reason: error.message });
      if (error instanceof errors.JOSEError) return invalid(`${error.code}: ${error.message}`);
      throw error;
    }
  };
};

const invalid = (reason: string): Either<AuthenticationFailure, never> => left({ kind: 'invalid', reason });

const principalOf = (payload: JWTPayload, options: OidcOptions): Either<AuthenticationFailure, Principal> => {
  const { sub } = payload;
  if (typeof sub !== 'string' || sub === '') return invalid('the subject of the token is not text');
  return right({ id: sub, name: nameOf(payload) ?? sub, kind: 'token', roles: rolesOfClaims(payload, options) });
};

/** Whom people would call it: the user, else the program that got the token. */
const nameOf = ({ preferred_username, name, client_id, azp }: JWTPayload): string | undefined =>
  [preferred_username, name, client_id, azp]
    .find((value): value is string => typeof value === 'string' && value !== '')
    ?.slice(0, LONGEST_NAME);
