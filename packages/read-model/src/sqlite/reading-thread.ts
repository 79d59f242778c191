/** The thread behind {@link openReadModelOnThread}: answers one question after another. */
import { parentPort, workerData } from 'node:worker_threads';
import { carryError } from '@rapport/runtime';
import type { ReadModel } from '../read-model';
import type { Answer, Question, ReadingThreadData } from './read-model-on-thread';
import { openSqliteReadModel } from './sqlite-read-model';

const port = parentPort!;

const main = async (): Promise<void> => {
  const { path, factors } = workerData as ReadingThreadData;
  const readModel = await openSqliteReadModel(path, { mode: 'read', factors });
  port.on('message', async ({ id, call, given }: Question) => {
    try {
      const value = await (readModel[call] as (...of: unknown[]) => Promise<unknown>)(...given);
      port.postMessage({ id, value } satisfies Answer);
    } catch (error) {
      port.postMessage({ id, error: carryError(error) } satisfies Answer);
    }
    if (call === ('close' satisfies keyof ReadModel)) port.close();
  });
  port.postMessage({ id: 0, value: undefined } satisfies Answer);
};

main().catch((error: unknown) => {
  port.postMessage({ id: 0, error: carryError(error) } satisfies Answer);
  port.close();
});
