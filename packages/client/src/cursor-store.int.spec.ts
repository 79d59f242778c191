import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { streamServer } from '@rapport/http-api/testing';
import { eventually } from '@rapport/runtime/testing';
import { fileCursorStore } from './cursor-store';

const CHILD = resolve(__dirname, 'testing/subscriber-child.ts');
const KILLS = 6;

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-client-'));
  file = join(folder, 'cursor');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a cursor in a file', () => {
  it('is none before it is saved, and then the last that was', async () => {
    const store = fileCursorStore(file);
    expect(await store.load()).toBeUndefined();
    await store.save('0000000000000a');
    await store.save('0000000000000b');
    expect(await fileCursorStore(file).load()).toBe('0000000000000b');
    expect(readdirSync(folder)).toEqual(['cursor']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['', '\n', 'two words', 'x'.repeat(300)])('is refused when the file holds %j', async (content) => {
    writeFileSync(file, content);
    await expect(fileCursorStore(file).load()).rejects.toThrow(`${file} holds no cursor`);
  });

  it('brings a subscriber that is killed back to where it was: the change at hand alone may come again', async () => {
    const server = await streamServer();
    try {
      await server.record(400);
      const ids = (await server.recorded()).map(({ event }) => event.id);
      const notes = join(folder, 'notes');
      const noted = (): readonly string[] =>
        existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').slice(0, -1) : [];
      for (let kill = 1; kill <= KILLS + 1; kill++) {
        const until = kill > KILLS ? ids.length : Math.floor((ids.length * kill) / (KILLS + 2));
        const child = spawn(process.execPath, ['-r', 'esbuild-register', CHILD, server.baseUrl, file, notes], {
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        const over = once(child, 'exit');
        await eventually(() => new Set(noted()).size >= until);
        child.kill('SIGKILL');
        await over;
      }
      const all = noted();
      expect([...new Set(all)]).toEqual(ids);
      expect(all.length).toBeLessThanOrEqual(ids.length + KILLS);
      const repeated = all.filter((id, i) => id === all[i + 1]).length;
      expect(all.length - ids.length).toBe(repeated);
    } finally {
      await server.close();
    }
  });
});
