/**
 * What a key looks like, `rapport_<id>_<secret>`, and what is kept of it.
 *
 * The secret is 256 random bits, not a password: trying them all is impossible, and no dictionary has them. A slow hash
 * (argon2, scrypt), which makes each guess at a weak password dear, would only make each request dear. One SHA-256
 * keeps a stolen file from being used as keys.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Finds the stored hash; no secret. Hexadecimal, so that the underscore after it is the first. */
const ID_BYTES = 8;
const SECRET_BYTES = 32;
/** Of one shape, so that scanners for leaked secrets can find it. */
const KEY = /^rapport_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export interface KeyParts {
  readonly id: string;
  readonly secret: string;
}

export const newKeyParts = (): KeyParts => ({
  id: randomBytes(ID_BYTES).toString('hex'),
  secret: randomBytes(SECRET_BYTES).toString('base64url'),
});

export const keyText = ({ id, secret }: KeyParts): string => `rapport_${id}_${secret}`;

/** Whether it is meant as a key, right or wrong, and not as a token. */
export const looksLikeKey = (credentials: string): boolean => credentials.startsWith('rapport_');

export const parseKey = (credentials: string): KeyParts | undefined => {
  const [, id, secret] = KEY.exec(credentials) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
};

export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** No secret with this hash can be found. */
const HASH_OF_NOTHING = Buffer.alloc(32);

/** Takes as long for an id that is not known (no hash) as for a wrong secret, wherever the difference is. */
export const secretMatches = (secret: string, hash: Buffer | undefined): boolean => {
  const equal = timingSafeEqual(hashSecret(secret), hash ?? HASH_OF_NOTHING);
  return equal && hash !== undefined;
};
