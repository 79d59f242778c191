import { isUtf8 } from 'node:buffer';
import { boundDepth, MAX_JSON_DEPTH } from '@rapport/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parse } from 'secure-json-parse';
import { Refusal } from './problem';

const BYTE_ORDER_MARK = '\ufeff';

/** The first byte that is not UTF-8: the length of the longest beginning that is text. */
const firstBadByte = (bytes: Buffer): number => {
  const isText = (end: number): boolean => isUtf8(bytes.subarray(0, end));
  // A beginning may end within a character, which is not an error: up to three bytes are ignored.
  const holds = (end: number): boolean => [0, 1, 2, 3].some((less) => isText(Math.max(0, end - less)));
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  while (!isText(good)) good--;
  return good;
};

/** The text of a body. @throws Refusal for what is not UTF-8 */
export const textOf = (bytes: Buffer): string => {
  if (!isUtf8(bytes))
    throw new Refusal('malformed-json', `The body is not UTF-8: see the byte at offset ${firstBadByte(bytes)}.`);
  const text = bytes.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
};

/** V8 quotes what it met; its words say what and where without names of files. */
export const whyNotJson = (error: unknown): string => String((error as Error).message).slice(0, 200);

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i;

/** @throws Refusal for a charset other than UTF-8 */
export const checkCharset = ({ headers }: FastifyRequest): void => {
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset))
    throw new Refusal('unsupported-media-type', `Bodies are UTF-8, not ${charset.slice(0, 40)}.`);
};

/** JSON bodies of all routes but the intake's. Fields that would set a prototype are refused. */
export const readJsonBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      checkCharset(request);
      const text = textOf(body as Buffer);
      if (text === '')
        throw new Refusal('malformed-json', 'The body is empty; send a JSON document, or no Content-Type.');
      done(null, parseSafely(text));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
};

const parseSafely = (text: string): unknown => {
  if (boundDepth(text) !== text)
    throw new Refusal('malformed-json', `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`);
  try {
    return parse(text, undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new Refusal('malformed-json', `The body cannot be read as JSON: ${whyNotJson(error)}.`, { cause: error });
  }
};
