import * as t from 'io-ts';
import { type Decode, decoderOf } from '../messages';

const toWorker = t.union([
  t.type({ kind: t.literal('range'), range: t.type({ from: t.number, to: t.number }) }),
  t.type({ kind: t.literal('taken') }),
  t.type({ kind: t.literal('finish') }),
]);

/** Pieces and results are plain data of the job on both sides: they are not looked into here. */
const fromWorker = t.union([
  t.type({ kind: t.literal('ready') }),
  t.type({ kind: t.literal('piece'), piece: t.unknown }),
  t.type({ kind: t.literal('progress'), touchpoints: t.number, customers: t.number }),
  t.type({ kind: t.literal('result'), result: t.unknown }),
]);

export type ToWorker = t.TypeOf<typeof toWorker>;
export type FromWorker = t.TypeOf<typeof fromWorker>;

export const decodeToWorker: Decode<ToWorker> = decoderOf(toWorker, 'to a worker');
export const decodeFromWorker: Decode<FromWorker> = decoderOf(fromWorker, 'of a worker');
