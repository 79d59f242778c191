export * from './access';
export { isRole } from './keys/key-table';
export { type AccessOptions, openAccess } from './open-access';
export type { OidcOptions } from './tokens/oidc-options';
