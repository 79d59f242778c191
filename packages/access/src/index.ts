export * from './access';
export * from './audit-log/audit';
export { type AccessOptions, openAccess } from './open-access';
export type { OidcOptions } from './tokens/oidc-options';
