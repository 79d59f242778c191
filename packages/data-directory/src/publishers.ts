import { userInfo } from 'node:os';
import type { Publisher } from '@rapport/engine';

/** The user of the machine at whose command this runs. */
export const operator = (): Publisher => {
  try {
    return { kind: 'user', name: userInfo().username };
  } catch {
    // A user without a name, as in many containers.
    return { kind: 'user', name: `uid ${process.getuid?.() ?? 'unknown'}` };
  }
};
