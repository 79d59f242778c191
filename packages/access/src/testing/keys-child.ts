/** Another process at the same file: `first`, `create <name>`, or `revoke <id>`. Prints one JSON document. */
import { argv, stdout } from 'node:process';
import { openAccess } from '../open-access';

const main = async (path: string, action: string, what: string): Promise<unknown> => {
  const access = await openAccess({ path });
  try {
    if (action === 'first') return (await access.firstKey()) ?? null;
    if (action === 'create') return await access.createKey({ name: what, roles: ['analyst'] });
    return await access.revokeKey(what);
  } finally {
    await access.close();
  }
};

void main(argv[2], argv[3], argv[4]).then((result) => stdout.write(JSON.stringify(result)));
