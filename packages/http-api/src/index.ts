export * from './api-engine';
