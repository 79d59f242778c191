export { eventually } from '@rapport/runtime/testing';
export * from './decisions';
export * from './manual-clock';
export * from './receiver';
export * from './setting';
