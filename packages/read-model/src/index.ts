export * from './cross-sell';
export * from './read-model';
export * from './sqlite';
