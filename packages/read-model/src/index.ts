export * from './cross-sell/cross-sell-store';
export * from './location';
export * from './open-read-model';
export * from './read-model';
