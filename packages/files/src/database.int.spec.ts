import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openDatabase } from './database';

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

const MEBIBYTE = 1024 * 1024;

test('rows that were streamed are let go, however many come', async () => {
  const database = await openDatabase(new AbortController().signal);
  try {
    const held = () => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = held();
    let rows = 0;
    let atEnd = 0;
    const texts = [1, 2, 3, 4].map((n) => `repeat('x', 100) || i AS t${n}`).join(', ');
    // What is held is looked at while the last rows are there: after the end nothing is held by anybody.
    for await (const chunk of database.stream(`SELECT ${texts} FROM range(300000) AS t(i)`)) {
      rows += chunk.length;
      if (rows === 300_000) atEnd = held() - before;
    }
    expect(rows).toBe(300_000);
    expect(atEnd).toBeLessThan(20 * MEBIBYTE);
  } finally {
    await database.close();
  }
});

test('a stop ends the wait for a query that would run for hours', async () => {
  const stop = new AbortController();
  const database = await openDatabase(stop.signal);
  try {
    const running = database.rows(
      'SELECT count(*) FROM range(10000000) a(x), range(10000000) b(y) WHERE hash(x, y) = 1',
    );
    setImmediate(() => stop.abort());
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    await expect(database.run('SELECT 1')).rejects.toMatchObject({ name: 'AbortError' });
  } finally {
    await database.close();
  }
});
