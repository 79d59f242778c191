export * from './api-engine';
export { createApi } from './app';
export { type FieldError, PROBLEMS, type Problem, type ProblemKind, Refusal } from './problem';
