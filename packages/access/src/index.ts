export * from './access';
export { type AccessOptions, openAccess } from './open-access';
export type { OidcOptions } from './tokens/oidc-options';
