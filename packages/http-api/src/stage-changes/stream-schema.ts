import { CHANGE_KINDS } from '@rapport/engine';
import { refused } from '../codec';
import { CAUSES, DIRECTIONS } from './change-query';
import { START } from './frames';

const names = { type: 'array', items: { type: 'string' } };

const list = (description: string) => ({
  ...names,
  description: `${description} Repeat it, or give a list with commas.`,
});

/** As OpenAPI tells it; what the values may be is checked by the decoder of the query. */
export const STREAM_SCHEMA = {
  operationId: 'streamStageChanges',
  tags: ['stage changes'],
  summary: 'Stage changes as they happen',
  description: `Server-Sent Events. Each event has the cursor as \`id\`, the type of the CloudEvent as \`event\` and the CloudEvent as \`data\`. Resumes after \`Last-Event-ID\`, else after \`after\`; without either it begins with what is recorded from now on. A stream that the server ends says why in an event \`disconnected\` (\`slow\`, \`stopping\`, \`unauthorized\`, \`failed\`): connect again, nothing is lost.`,
  headers: {
    type: 'object',
    properties: {
      'last-event-id': {
        type: 'string',
        description: 'The id of the last event that was dealt with. Wins over `after`.',
      },
    },
  },
  querystring: {
    type: 'object',
    properties: {
      after: {
        type: 'string',
        description: `The cursor of the last change that was dealt with; empty or \`${START}\`: from the beginning of the log.`,
      },
      stage: list('Only changes that arrive at one of these stages.'),
      direction: list(`Only changes in one of these directions: ${DIRECTIONS.join(', ')}.`),
      signal: list('Only changes of these signals.'),
      cause: list(`Only changes for one of these causes: ${CAUSES.join(', ')}. Absent: touchpoint, time, late.`),
      kind: list(`Only these kinds: ${CHANGE_KINDS.join(', ')}. Absent: stageChanged, or the signals that are named.`),
    },
  },
  response: {
    200: {
      description: 'The stream.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    400: refused('A parameter is wrong, or a cursor lies beyond the log; `errors` says which.'),
    429: refused('The key has as many streams open as it may.'),
  },
};
