export * from './cross-sell';
export * from './json';
export * from './relationship/relationship';
export * from './ruleset/ruleset';
export * from './time/duration';
export * from './time/instant';
export * from './touchpoint';
