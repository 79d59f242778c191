export * from './canonical';
export * from './conditions-now';
export * from './evaluate';
export * from './fold';
export * from './fold-state';
export * from './missing';
export { compileRuleset, type Program } from './program';
export * from './relationship';
export { matchesType } from './type-pattern';
