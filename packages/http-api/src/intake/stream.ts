import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { parseExactJson } from '@rapport/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { left } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { whyNotJson } from '../json-body';
import { type ProblemKind, problemOf } from '../problem';
import { refusalOf } from '../refusal-of';
import { resultText, summaryText } from './answers';
import { tooLong } from './batch';
import { type Arrival, type DecodedItem, decodeItem } from './decode-item';
import { inSpan } from './in-span';
import { type Line, readLines } from './lines';
import { type Counts, countResult, noCounts, recordItems } from './record-items';
import { noteItem, noteRequest } from './refused';

/** Lines that are recorded at once. */
const GROUP = 500;
/** Text of answers that waits for a client which does not read them; then no more is read from it. */
const WAITING_BYTES = 65_536;
/** Milliseconds of silence after which a sender counts as gone. */
const IDLE = 300_000;

/**
 * Answers a stream of touchpoints line by line, in order, as groups of them become durable. Nothing is read while
 * answers wait to be read, so memory is bounded on both sides however long the stream is.
 */
export const answerStream = async (
  engine: ApiEngine,
  options: ApiOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: Arrival,
): Promise<FastifyReply> => {
  const { item: longest } = options.limits;
  const idle = options.timeouts?.idleStreamMilliseconds ?? IDLE;
  const lines = readLines(request.body as Readable, { longest, group: GROUP, idle });
  const answers = Readable.from(resultsOf(engine, request, reply, arrival, lines, longest), {
    objectMode: false,
    highWaterMark: WAITING_BYTES,
  });
  return reply.type('application/x-ndjson').send(answers);
};

async function* resultsOf(
  engine: ApiEngine,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: Arrival,
  lines: AsyncIterable<readonly Line[]>,
  limit: number,
): AsyncGenerator<string> {
  const counts = noCounts();
  // Begun when the answer is first read: who waits for it before sending anything is not left waiting.
  reply.raw.flushHeaders();
  try {
    for await (const group of lines)
      yield await inSpan(engine, request, () => recordGroup(engine, request, counts, arrival, group, limit));
  } catch (error) {
    const refusal = refusalOf(error);
    noteRequest(engine, request, refusal);
    if (refusal.status >= 500) request.log.error({ err: refusal.cause ?? error }, refusal.kind);
    // The rest of the request is not read: the connection ends with the answer.
    reply.raw.once('finish', () => request.raw.destroy());
    yield summaryText(counts, problemOf(refusal, request.id));
    return;
  }
  yield summaryText(counts);
}

const recordGroup = async (
  engine: ApiEngine,
  request: FastifyRequest,
  counts: Counts,
  { receivedAt: first, sentAt }: Arrival,
  group: readonly Line[],
  limit: number,
): Promise<string> => {
  const receivedAt = engine.clock.now();
  // The clocks differ by what they differed by when the request began.
  const arrival = sentAt === undefined ? { receivedAt } : { receivedAt, sentAt: sentAt + (receivedAt - first) };
  const lines: ParsedLine[] = [];
  const inputs: unknown[] = [];
  const items: DecodedItem[] = [];
  for (const line of group) {
    const parsed = parseLine(line, limit);
    lines.push(parsed);
    inputs.push('value' in parsed ? parsed.value : undefined);
    items.push('value' in parsed ? decodeItem(parsed.value, engine.catalogue, arrival) : wrong(parsed.fault));
  }
  const results = await recordItems(engine, inputs, items);
  let text = '';
  for (const [i, { number, bytes }] of group.entries()) {
    // There is a result for each line.
    const result = results[i]!;
    countResult(counts, result);
    if (result.status === 'rejected' || result.status === 'conflict') {
      const reason = reasonOf(lines[i]);
      noteItem(engine, request, { input: inputs[i], body: () => bytes, place: `line ${number}`, reason }, result);
    }
    text += `${resultText(`"line":${number},`, result)}\n`;
  }
  return text;
};

const wrong = (message: string): DecodedItem => left([{ field: '', message }]);

interface Unread {
  readonly fault: string;
  readonly reason: ProblemKind;
}
type ParsedLine = { readonly value: unknown } | Unread;

/** Why a line could not be read; undefined for one that could. */
const reasonOf = (line: ParsedLine | undefined): ProblemKind | undefined =>
  line !== undefined && 'reason' in line ? line.reason : undefined;

const parseLine = ({ bytes }: Line, limit: number): ParsedLine => {
  if (bytes === undefined) return { fault: tooLong(limit), reason: 'too-large' };
  if (!isUtf8(bytes)) return { fault: 'the line is not UTF-8', reason: 'malformed-json' };
  try {
    return { value: parseExactJson(bytes.toString('utf8')) };
  } catch (error) {
    return { fault: `the line cannot be read as JSON: ${whyNotJson(error)}`, reason: 'malformed-json' };
  }
};
