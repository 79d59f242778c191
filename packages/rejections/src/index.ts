export { MASK, MASKED_NAMES } from './mask/kept-names';
export * from './no-rejections';
export { openRejections, type RejectionsOptions } from './open-rejections';
export { pointerOf } from './pointer';
export { readRejections } from './read-rejections';
export * from './rejections';
