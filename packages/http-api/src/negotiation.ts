import type { FastifyInstance } from 'fastify';
import { Refusal } from './problem';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Media types that the route answers with: those of its schema, `application/json` where it names none. */
    produces?: readonly string[];
  }
}

const JSON_ONLY = ['application/json'];

/** The media types of the answers that a schema describes, refusals left out. */
const producedBy = (response: unknown): readonly string[] => {
  const types = Object.entries((response ?? {}) as Readonly<Record<string, { readonly content?: object } | undefined>>)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, answer]) => Object.keys(answer?.content ?? {}));
  return types.length === 0 ? JSON_ONLY : [...new Set(types)];
};

/** Whether one range of `Accept` (`text/*`, `application/json`) takes a media type. */
const takes = (range: string, type: string): boolean =>
  range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));

/** A range without its parameters. */
const mediaRange = (text: string): string => text.replace(/;.*/s, '').trim();

const isRefusal = (range: string): boolean => /;\s*q=0(\.0*)?\s*(;|$)/i.test(range);

/** Whether an `Accept` header leaves room for one of these media types. Problems are sent whatever it accepts. */
export const isAcceptable = (accept: string, types: readonly string[]): boolean =>
  accept
    .toLowerCase()
    .split(',')
    .filter((range) => !isRefusal(range))
    .map(mediaRange)
    .some((range) => types.some((type) => takes(range, type)));

/** Of a range of `Accept`; 1 where it says none. */
const qualityIn = (range: string): number => Number(/;\s*q=([\d.]+)/i.exec(range)?.[1] ?? 1);

/** How precisely a range names a media type: `text/plain` before `text/*` before everything (RFC 9110, 12.5.1). */
const precision = (range: string): number => (range === '*/*' ? 0 : range.endsWith('/*') ? 1 : 2);

/** How much an `Accept` header wants a media type, from 0 to 1; the most precise range that takes it decides. */
const qualityOf = (accept: string, type: string): number => {
  const taking = accept
    .toLowerCase()
    .split(',')
    .map((text) => ({ range: mediaRange(text), quality: qualityIn(text) }))
    .filter(({ range }) => takes(range, type))
    .sort((a, b) => precision(b.range) - precision(a.range) || b.quality - a.quality);
  return taking[0]?.quality ?? 0;
};

/** The media type that an `Accept` header wants most; the first where it says nothing, or wants several as much. */
export const preferred = <const T extends string>(accept: string | undefined, types: readonly [T, ...T[]]): T => {
  if (accept === undefined || accept === '') return types[0];
  return types.reduce((best, type) => (qualityOf(accept, type) > qualityOf(accept, best) ? type : best));
};

/** Refuses with 406 a request that accepts none of the media types of its route. */
export const negotiate = (app: FastifyInstance): void => {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, produces: producedBy(route.schema?.response) };
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const { accept } = request.headers;
    if (accept === undefined || accept === '' || accept === '*/*' || request.is404) return done();
    const { url = '', config } = request.routeOptions;
    const types = config.produces ?? JSON_ONLY;
    if (url === '/' || url.startsWith('/docs') || isAcceptable(accept, types)) return done();
    done(
      new Refusal(
        'not-acceptable',
        `The answer is available only as ${types.join(' or ')}; Accept says ${accept.slice(0, 100)}.`,
      ),
    );
  });
};
