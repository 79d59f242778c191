export * from './catalogue';
export * from './customer-bucket';
export * from './decode-touchpoint';
export { MAX_DATA_BYTES, MAX_DATA_DEPTH } from './plain-json';
export type { TouchpointProblem } from './problem';
export { isIdentifier, MAX_ID_LENGTH } from './text';
export * from './touchpoint';
export type { Method, SchemaVersion, TouchpointType } from './touchpoint-type';
export * from './upcast';
