import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { left } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { Refusal } from '../problem';
import { writtenJson } from '../written-json';
import { batchText } from './answers';
import { countResult, type Item, type ItemResult, noCounts, recordItems } from './record-items';
import { noteItem } from './refused';

/** More come as a stream. */
export const MAX_BATCH = 10_000;
/** Decoded and recorded at once: others have their turn in between. */
const GROUP = 1_000;

/** Records the good items of a list, whatever the others are, and answers item by item. */
export const answerBatch = async (
  engine: ApiEngine,
  { limits }: ApiOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  inputs: readonly unknown[],
  size: number,
  decode: (input: unknown) => Item,
  form: Form = AS_IT_IS,
): Promise<FastifyReply> => {
  if (inputs.length > MAX_BATCH)
    throw new Refusal(
      'too-large',
      `A list has at most ${MAX_BATCH} touchpoints; this one has ${inputs.length}. Send more as application/x-ndjson.`,
    );
  // A body within the limit of one item has no item beyond it, which spares measuring each.
  const decodeWithin = size <= limits.item ? decode : (input: unknown) => oversize(input, limits.item) ?? decode(input);
  const results: ItemResult[] = [];
  for (let from = 0; from < inputs.length; from += GROUP) {
    if (from > 0) await turn();
    const group = inputs.length <= GROUP ? inputs : inputs.slice(from, from + GROUP);
    const recorded = await recordItems(engine, group, group.map(decodeWithin));
    for (const [i, result] of recorded.entries()) {
      results.push(result);
      noteRefused(engine, request, group[i], from + i, result, form);
    }
  }
  const counts = noCounts();
  for (const result of results) countResult(counts, result);
  return reply.type('application/json').send(batchText(counts, results));
};

/** How the items of a list are kept where they are refused. */
export interface Form {
  readonly format?: string;
  /** An item as it could be sent alone. */
  readonly alone: (input: unknown) => unknown;
}

const AS_IT_IS: Form = { alone: (input) => input };

const noteRefused = (
  engine: ApiEngine,
  request: FastifyRequest,
  input: unknown,
  index: number,
  result: ItemResult,
  { format, alone }: Form,
): void => {
  if (result.status !== 'rejected' && result.status !== 'conflict') return;
  const isTooLong = result.status === 'rejected' && result.errors[0]?.message.startsWith(TOO_LONG);
  const reason = isTooLong ? ({ reason: 'too-large' } as const) : undefined;
  const body = (): string => writtenJson(alone(input));
  noteItem(engine, request, { input, body, format, place: `index ${index}`, ...reason }, result);
};

const oversize = (input: unknown, limit: number): Item | undefined => {
  const size = Buffer.byteLength(JSON.stringify(input));
  return size > limit ? left([{ field: '', message: tooLong(limit, size) }]) : undefined;
};

const TOO_LONG = 'a touchpoint has at most';

export const tooLong = (limit: number, size?: number): string =>
  `${TOO_LONG} ${limit} bytes${size === undefined ? '; this line is longer' : `, this one has ${size}`}`;
