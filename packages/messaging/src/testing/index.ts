export { eventually } from '@rapport/engine/testing';
export * from './decisions';
export * from './manual-clock';
export * from './receiver';
export * from './setting';
