// Its additions to the types of Fastify are for users too.
import './stage-changes/stream';

export * from './api-engine';
export { createApi } from './app';
export { type FieldError, PROBLEMS, type Problem, type ProblemKind, Refusal } from './problem';
export { httpApiMarkdown } from './reference-page';
