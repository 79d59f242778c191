export * from './cross-sell-store';
export * from './sqlite-cross-sell-store';
