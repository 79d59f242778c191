import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startThread } from './start-thread';

// Within the clone, as every source; `dist` is not watched by anything.
const folder = join(__dirname, '../dist/started-threads');
beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answerOf = async (module: string, given: unknown): Promise<unknown> => {
  const thread = startThread(join(folder, module), { workerData: given });
  const [answer] = await once(thread, 'message');
  await thread.terminate();
  return answer;
};

const SOURCE = (word: string) => `
  import { parentPort, workerData } from 'node:worker_threads';
  import { carryError } from '@rapport/runtime';
  const given: string = workerData;
  parentPort!.postMessage('${word} ' + carryError(new RangeError(given)).name);`;

test('a thread runs its source of now, also after an edit', async () => {
  writeFileSync(join(folder, 'thread.ts'), SOURCE('first'));
  expect(await answerOf('thread', 'x')).toBe('first RangeError');
  expect(await answerOf('thread', 'x')).toBe('first RangeError');
  writeFileSync(join(folder, 'thread.ts'), SOURCE('second'));
  expect(await answerOf('thread', 'x')).toBe('second RangeError');
});

test('a compiled file beside the caller is what runs', async () => {
  writeFileSync(join(folder, 'compiled.ts'), SOURCE('source'));
  writeFileSync(join(folder, 'compiled.js'), `require('node:worker_threads').parentPort.postMessage('compiled');`);
  expect(await answerOf('compiled', 'x')).toBe('compiled');
});

test('a source that does not compile is an error that names the place', () => {
  writeFileSync(join(folder, 'broken.ts'), 'const x = ;');
  expect(() => startThread(join(folder, 'broken'), {})).toThrow(/broken\.ts:1:10/);
});
