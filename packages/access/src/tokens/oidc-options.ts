import { ROLES, type Role } from '../access';

/** Whose tokens are accepted, and what they may do. */
export interface OidcOptions {
  /** As it stands in `iss`, to the letter; its discovery document lies below it. */
  readonly issuer: string;
  /** What must stand in `aud`: one of these. */
  readonly audience: string | readonly string[];
  /** Where the issuer's keys are; found by its `/.well-known/openid-configuration` when absent. */
  readonly jwksUri?: string;
  /** Where the roles stand in a token, as a path: `roles` (the default), `realm_access.roles` (Keycloak), `scope`. */
  readonly rolesClaim?: string;
  /** What the issuer calls the roles: from a value of the claim to a role. The roles' own names when absent. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** How far the clocks may be apart, in milliseconds; 30,000 when absent. */
  readonly clockTolerance?: number;
  /** Lets keys be fetched without TLS from other machines: an attacker in between can then sign any token. */
  readonly allowHttp?: boolean;
}

export const DEFAULT_ROLES_CLAIM = 'roles';
export const DEFAULT_CLOCK_TOLERANCE_MS = 30_000;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @throws RangeError for an address that cannot be trusted to be the issuer's */
export const trustedUrl = (text: string, what: string, { allowHttp }: Pick<OidcOptions, 'allowHttp'>): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new RangeError(`The ${what} of the OIDC issuer must be an https address, not "${text}".`);
  if (url.protocol === 'http:' && allowHttp !== true && !LOOPBACK.test(url.hostname))
    throw new RangeError(
      `The ${what} of the OIDC issuer, ${text}, has no TLS: an attacker in between could sign tokens. Use https, or allow http for it.`,
    );
  return url;
};

/** @throws RangeError that says what is wrong */
export const checkOidcOptions = (options: OidcOptions): void => {
  trustedUrl(options.issuer, 'address', options);
  if (options.jwksUri !== undefined) trustedUrl(options.jwksUri, 'key set', options);
  if ([options.audience].flat().every((audience) => audience === ''))
    throw new RangeError('An OIDC issuer needs an audience: else tokens made for other services would be accepted.');
  const unknown = Object.values(options.roles ?? {}).filter((role) => !ROLES.includes(role));
  if (unknown.length > 0)
    throw new RangeError(`There is no role "${unknown.join('", "')}"; the roles are ${ROLES.join(', ')}.`);
};
