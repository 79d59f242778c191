import { ROLES, type Role } from '../access';
import { DEFAULT_ROLES_CLAIM, type OidcOptions } from './oidc-options';

/** The value at a path of names; a claim whose own name has dots in it (`https://example.com/roles`) is found too. */
const claimAt = (claims: unknown, path: string): unknown => {
  if (typeof claims !== 'object' || claims === null) return undefined;
  if (Object.hasOwn(claims, path)) return (claims as Readonly<Record<string, unknown>>)[path];
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const first = path.slice(0, dot);
    if (!Object.hasOwn(claims, first)) continue;
    const found = claimAt((claims as Readonly<Record<string, unknown>>)[first], path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
};

/** A list of strings, or one string of several parted by spaces, as `scope` is. */
const valuesOf = (claim: unknown): readonly string[] => {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
};

/**
 * The roles that a token's claims give; none where they say nothing that is known.
 *
 * @example rolesOfClaims({ realm_access: { roles: ['crm'] } }, { rolesClaim: 'realm_access.roles', roles: { crm: 'marketing' } })
 */
export const rolesOfClaims = (
  claims: unknown,
  { rolesClaim = DEFAULT_ROLES_CLAIM, roles }: Pick<OidcOptions, 'rolesClaim' | 'roles'>,
): readonly Role[] => {
  const given = new Set(
    valuesOf(claimAt(claims, rolesClaim)).map((value) => {
      if (roles === undefined) return value;
      return Object.hasOwn(roles, value) ? roles[value] : undefined;
    }),
  );
  return ROLES.filter((role) => given.has(role));
};
