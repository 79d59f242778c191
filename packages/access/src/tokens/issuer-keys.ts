/** The public keys of an issuer: where they are, fetching them, and what is done while the issuer is away. */
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock';
import { type OidcOptions, trustedUrl } from './oidc-options';

const FETCH_TIMEOUT_MS = 5_000;
/** Keys are fetched again after this time, so that one the issuer took back is refused then at the latest. */
const KEYS_STAND_MS = 600_000;
/** An unknown key id makes them be fetched at once, but no more often than this, whatever ids are sent. */
const COOLDOWN_MS = 10_000;
/** While the issuer does not answer, it is asked no more often than this. */
const RETRY_MS = 2_000;

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

/** The issuer's keys could not be had; says nothing about the token. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
};

/** OpenID Connect Discovery 1.0, section 4. */
const discover = async (options: OidcOptions): Promise<URL> => {
  const address = `${options.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${address} answered with status ${answer.status}`);
  const document = (await answer.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown } | null;
  // Else another issuer's document could stand in for it (section 4.3).
  if (document?.issuer !== options.issuer)
    throw new Error(`${address} is the document of the issuer "${document?.issuer}", not of "${options.issuer}"`);
  return trustedUrl(String(document.jwks_uri), 'key set', options);
};

/**
 * Finds the key a token was signed with. Throws {@link IssuerUnavailable} where it cannot say, and what `jose` throws
 * where there is no such key.
 */
export const issuerKeys = (options: OidcOptions, clock: Clock): JWTVerifyGetKey => {
  let finding: Promise<RemoteKeys> | undefined;
  let found: RemoteKeys | undefined;
  let failed: { readonly at: number; readonly why: string; readonly memory?: JWTVerifyGetKey } | undefined;

  const find = async (): Promise<RemoteKeys> => {
    const url = options.jwksUri === undefined ? await discover(options) : new URL(options.jwksUri);
    found = createRemoteJWKSet(url, {
      timeoutDuration: FETCH_TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: KEYS_STAND_MS,
    });
    return found;
  };
  const unavailable = (error: unknown): IssuerUnavailable => {
    const known = found?.fresh === true ? found.jwks() : undefined;
    if (known === undefined) finding = undefined;
    failed = {
      at: clock.now(),
      why: `The keys of the issuer ${options.issuer} cannot be fetched: ${problemOf(error)}`,
      memory: known === undefined ? undefined : createLocalJWKSet(known),
    };
    return new IssuerUnavailable(failed.why, { cause: error });
  };
  /** A key that is not known, which anybody can name, says nothing about those that are: they stand until they are old. */
  const fromMemory = async (away: IssuerUnavailable, ...asked: Parameters<JWTVerifyGetKey>) => {
    if (failed?.memory === undefined || found?.fresh !== true) throw away;
    try {
      return await failed.memory(...asked);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw away;
      throw error;
    }
  };

  return async (header, token) => {
    // A clock that was set back must not make it wait.
    const since = failed === undefined ? RETRY_MS : Math.abs(clock.now() - failed.at);
    if (failed !== undefined && since < RETRY_MS) return fromMemory(new IssuerUnavailable(failed.why), header, token);
    finding ??= find();
    try {
      const key = await (await finding)(header, token);
      failed = undefined;
      return key;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      return fromMemory(unavailable(error), header, token);
    }
  };
};
