export * from './identities';
export * from './identity-link';
