import type { Auditable } from '../auditable';
import type { EventLog } from '../event-log';
import { anEvent, done } from './event-log-contract';

/**
 * What every log does that can prove what it holds, as tests.
 *
 * @param open gives an empty log; it is closed after each test.
 */
export const describeAuditable = (name: string, open: () => Promise<EventLog & Auditable>): void => {
  describe(`${name}, a log that can be verified,`, () => {
    let log: EventLog & Auditable;
    beforeEach(async () => {
      log = await open();
    });
    afterEach(() => log.close());

    test('has nothing wrong when it is empty', async () => {
      expect(await log.verifyIntegrity()).toMatchObject({ events: 0, commits: 0, problems: [] });
    });

    test('has every recorded event in its ledger, whatever was refused in between', async () => {
      await log.appendMany([
        { stream: 'customer-1', expected: 'none', events: [anEvent('a'), anEvent('b')] },
        { stream: 'customer-1', expected: 'none', events: [anEvent('x')] },
        { stream: 'customer-1', expected: 1, events: [anEvent('c')] },
      ]);
      done(await log.append('relationship-1', 'any', [anEvent('d')]));
      const before = await log.verifyIntegrity();
      expect(before).toMatchObject({ events: 4, problems: [] });
      done(await log.append('customer-2', 'any', [anEvent('e')]));
      const after = await log.verifyIntegrity();
      expect(after).toMatchObject({ events: 5, problems: [] });
      expect(after.chain).not.toBe(before.chain);
    });

    test('says how far it is', async () => {
      done(await log.append('customer-1', 'any', [anEvent('a'), anEvent('b')]));
      const progress: number[] = [];
      await log.verifyIntegrity(({ done: so, total }) => progress.push(so / total));
      expect(progress.at(-1)).toBe(1);
    });

    test('holds after many concurrent callers', async () => {
      const call = (caller: number, i: number) =>
        log.append(`customer-${i % 7}`, 'any', [anEvent(`${caller}-${i}`), anEvent(`${caller}-${i}b`)]);
      await Promise.all(
        Array.from({ length: 8 }, async (_, caller) => {
          for (let i = 0; i < 25; i++) done(await call(caller, i));
        }),
      );
      expect(await log.verifyIntegrity()).toMatchObject({ events: 400, problems: [] });
    });
  });
};
