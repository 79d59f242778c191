/** `/v1/keys`: who may use this interface. A key's secret is shown once, where it is made. */
import { type AccessKey, ROLES } from '@rapport/access';
import { formatInstant, parseInstant } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { instant, list, object, oneOf, type Routes, text } from '../codec';
import { Refusal } from '../problem';
import { originOf } from '../security';
import { answers } from './answers';

const NAME = text('The program or person that uses it.', { minLength: 1, maxLength: 200, pattern: '\\S' });
const ROLE_LIST = list(oneOf(ROLES, 'Its permissions.'), undefined, { minItems: 1, uniqueItems: true });
const NEW = object(
  { name: NAME, roles: ROLE_LIST },
  { expiresAt: instant('It is refused from then on; never when absent.') },
);
const KEY = object(
  {
    id: text('Of the key: not what is sent.'),
    name: text('The program or person that uses it.'),
    roles: list(oneOf(ROLES, 'Its permissions.')),
    createdAt: instant('When it was made.'),
  },
  {
    expiresAt: instant('It is refused from then on.'),
    revokedAt: instant('It is refused since.'),
    lastUsedAt: instant('When it was last used; to the minute or so.'),
  },
);
const CREATED = object({ key: KEY, secret: text('The credential for `Authorization: Bearer`. Not shown again.') });
const LIST = object({ keys: list(KEY, 'In order of creation, revoked ones too.') });
const KEY_ID = object({ id: text('Of the key.', { minLength: 1, maxLength: 200 }) });

const at = (instantOrNot: number | undefined) => (instantOrNot === undefined ? undefined : formatInstant(instantOrNot));

const keyDocument = ({ id, name, roles, createdAt, expiresAt, revokedAt, lastUsedAt }: AccessKey) => ({
  id,
  name,
  roles,
  createdAt: formatInstant(createdAt),
  expiresAt: at(expiresAt),
  revokedAt: at(revokedAt),
  lastUsedAt: at(lastUsedAt),
});

const wrong = (field: string, message: string): Refusal =>
  new Refusal('invalid-request', `Field "${field}": ${message}.`, { errors: [{ field, message }] });

const expiry = (given: string | undefined, now: number): number | undefined => {
  if (given === undefined) return undefined;
  const parsed = parseInstant(given);
  if (isLeft(parsed)) throw wrong('expiresAt', parsed.left);
  if (parsed.right <= now) throw wrong('expiresAt', 'lies in the past');
  return parsed.right;
};

export const registerKeys = (app: Routes, { access, clock }: ApiEngine): void => {
  app.post(
    '/v1/keys',
    {
      schema: {
        operationId: 'createKey',
        tags: ['keys'],
        summary: 'Makes a key',
        body: NEW,
        response: answers(CREATED, 'The key, and its secret.', {}, 201),
      },
    },
    async (request, reply) => {
      const { name, roles, expiresAt } = request.body;
      const wanted = { name, roles, expiresAt: expiry(expiresAt, clock.now()) };
      const { key, secret } = await access.createKey(wanted, originOf(request));
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ key: keyDocument(key), secret });
    },
  );

  app.get(
    '/v1/keys',
    {
      schema: {
        operationId: 'keys',
        tags: ['keys'],
        summary: 'All keys',
        response: answers(LIST, 'Without their secrets, of which only hashes are stored.'),
      },
    },
    async () => ({ keys: (await access.keys()).map(keyDocument) }),
  );

  app.delete(
    '/v1/keys/:id',
    {
      schema: {
        operationId: 'revokeKey',
        tags: ['keys'],
        summary: 'Revokes a key, at once',
        params: KEY_ID,
        response: {
          ...answers(object({}), '', { 404: 'There is no key of that id.' }, 204),
          204: { description: 'It is refused from now on.', type: 'null' },
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await access.revokeKey(id, originOf(request))))
        throw new Refusal('not-found', `There is no key "${id.slice(0, 100)}". GET /v1/keys lists them.`);
      return reply.code(204).send();
    },
  );
};
