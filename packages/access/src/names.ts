/** Names alone, for programs that must start fast: nothing else of this package is loaded. */
export { ROLES, type Role } from './access';
export { AUDIT_ACTIONS, type AuditAction } from './audit-log/audit';
