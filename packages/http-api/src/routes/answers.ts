import { type Codec, refused } from '../codec';

/** `schema.response` of a route: what it answers, and how it refuses. Any request may be refused with 400. */
export const answers = (
  answer: Codec<unknown>,
  description: string,
  refusals: Readonly<Record<number, string>> = {},
  status = 200,
): Readonly<Record<number, object>> => ({
  [status]: { description, ...answer },
  400: refused('A parameter or a field is wrong; `errors` says which.'),
  ...Object.fromEntries(Object.entries(refusals).map(([code, why]) => [code, refused(why)])),
});
