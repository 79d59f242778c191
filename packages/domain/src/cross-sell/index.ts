export * from './cross-sell';
export * from './cross-sell-index';
export * from './cross-sell-of';
export * from './ownership';
export * from './ownership-of';
