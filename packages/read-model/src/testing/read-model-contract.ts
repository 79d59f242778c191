import type { FactorParameters, ReadModel } from '../read-model';
import { historyContract } from './history-contract';
import { queryContract } from './query-contract';
import { DAY_MS } from './samples';
import { savingContract } from './saving-contract';

/** Factors every model under contract is opened with. */
export const CONTRACT_FACTORS: Readonly<Record<string, FactorParameters>> = {
  trust: { halfLife: 365 * DAY_MS, prior: [2, 2] },
  'say "hi", it\'s [odd].': { halfLife: 30 * DAY_MS, prior: [1, 3] },
};

/**
 * What every read model must do, as jest tests.
 *
 * @param open gives an empty model, opened for writing with {@link CONTRACT_FACTORS}. It is closed by the tests.
 * @example describe('the SQLite read model', () => readModelContract(() => openSqliteReadModel(...)));
 */
export const readModelContract = (open: () => Promise<ReadModel>): void => {
  let model: ReadModel;
  beforeEach(async () => {
    model = await open();
  });
  afterEach(() => model.close());

  describe('saving and loading', () => savingContract(() => model));
  describe('history', () => historyContract(() => model));
  describe('queries', () => queryContract(() => model));

  test('close may be called twice', async () => {
    await model.close();
    await expect(model.close()).resolves.toBeUndefined();
  });
};
