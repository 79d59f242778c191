export { type Column, ExportError, type Row } from './column';
export * from './import-error';
export * from './import-item';
export { MAX_LINE_BYTES } from './lines';
export { type Looks, looksLike, TOUCHPOINTS } from './looks-like';
export * from './read-files';
export type { ValueFormat } from './value-format';
export * from './write-rows';
