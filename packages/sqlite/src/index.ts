export * from './acquire-writer';
export * from './open-store';
export * from './store-error';
