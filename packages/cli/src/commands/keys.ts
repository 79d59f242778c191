import { type Access, type AccessKey, openAccess, type Role } from '@rapport/access';
import { dataDirectory, isThere, storeToFill } from '@rapport/data-directory';
import { formatInstant } from '@rapport/domain';
import { type Cli, printJson, printNdjson } from '../cli';
import { CommandError, EXIT, type ExitCode } from '../exit';
import { instantFrom } from '../instant-options';
import { minute } from '../output/instants';
import { plain } from '../output/style';
import { table } from '../output/table';
import { settingsOf } from '../settings';

export interface KeyOptions {
  readonly config?: string;
}

export interface CreateKeyOptions extends KeyOptions {
  readonly role: readonly Role[];
  readonly expires?: string;
}

/** Does some work with the keys; the engine may serve meanwhile. */
const withAccess = async <T>(path: string, work: (access: Access) => Promise<T>): Promise<T> => {
  const access = await openAccess({ path });
  try {
    return await work(access);
  } finally {
    await access.close();
  }
};

/** The keys of a store that has some. */
const existingKeys = (cli: Cli, options: KeyOptions): string => {
  const { data } = settingsOf(cli, options).config;
  const { access } = dataDirectory(data);
  if (!isThere(access))
    throw new CommandError(`${data} has no keys yet. Make one: rapport keys create NAME --role ROLE`);
  return access;
};

const time = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : formatInstant(instant);

const document = ({ createdAt, expiresAt, revokedAt, lastUsedAt, ...key }: AccessKey) => ({
  ...key,
  createdAt: time(createdAt),
  expiresAt: time(expiresAt),
  revokedAt: time(revokedAt),
  lastUsedAt: time(lastUsedAt),
});

/** `rapport keys create`: the secret is printed here and never again. */
export const createKeyCommand = async (cli: Cli, name: string, options: CreateKeyOptions): Promise<void> => {
  const expiresAt = instantFrom('--expires', options.expires);
  const { access } = storeToFill(settingsOf(cli, options).config.data);
  const { key, secret } = await withAccess(access, (keys) =>
    keys.createKey({ name, roles: options.role, expiresAt }).catch((error: unknown) => {
      throw error instanceof RangeError ? new CommandError(error.message) : error;
    }),
  );
  if (cli.json) return printJson(cli, { ...document(key), secret });
  cli.print(secret);
  cli.note(
    `Key ${key.id} for ${plain(name)}: ${key.roles.join(', ')}. It is shown this once, and stored only as a hash.`,
  );
};

const stateOf = ({ revokedAt, expiresAt }: AccessKey): string => {
  if (revokedAt !== undefined) return `revoked ${minute(revokedAt)}`;
  if (expiresAt === undefined) return 'valid';
  return expiresAt <= Date.now() ? `expired ${minute(expiresAt)}` : `until ${minute(expiresAt)}`;
};

/** `rapport keys list`. */
export const listKeysCommand = async (cli: Cli, options: KeyOptions): Promise<void> => {
  const keys = await withAccess(existingKeys(cli, options), (access) => access.keys());
  if (cli.json) return printNdjson(cli, keys.map(document));
  cli.print(
    table(
      ['id', 'name', 'roles', 'made', 'last used', 'state'].map((title) => ({ title })),
      keys.map((key) => [
        key.id,
        plain(key.name),
        key.roles.join(', '),
        minute(key.createdAt),
        key.lastUsedAt === undefined ? 'never' : minute(key.lastUsedAt),
        stateOf(key),
      ]),
      { head: cli.style.dim },
    ),
  );
};

/** `rapport keys revoke`: exit 1 when there is no such key. */
export const revokeKeyCommand = async (cli: Cli, id: string, options: KeyOptions): Promise<ExitCode> => {
  const revoked = await withAccess(existingKeys(cli, options), (access) => access.revokeKey(id));
  if (cli.json) await printJson(cli, { id, revoked });
  if (revoked) cli.print(`Key ${plain(id)} is refused from now on.`);
  else cli.note(`There is no key "${plain(id)}". All of them: rapport keys list`);
  return revoked ? EXIT.done : EXIT.no;
};
