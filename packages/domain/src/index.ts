export * from './cross-sell';
export { InexactNumber, isKept, parseExactJson } from './exact-json';
export * from './identity';
export * from './json';
export * from './relationship';
export * from './ruleset';
export * from './time/duration';
export * from './time/instant';
export * from './touchpoint';
