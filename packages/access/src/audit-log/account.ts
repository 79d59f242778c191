import { userInfo } from 'node:os';
import type { Actor } from './audit';

/** The account that this process runs as: who acts at the command line. Its word is as good as the machine's. */
export const accountActor = (): Actor => {
  const uid = process.getuid?.();
  try {
    const { username } = userInfo();
    return { kind: 'account', id: String(uid ?? username), name: username };
  } catch {
    // A container may run as a user that its system does not know by name.
    return { kind: 'account', id: String(uid), name: `uid ${uid}` };
  }
};
