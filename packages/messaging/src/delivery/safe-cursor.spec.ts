import type { Position } from '@rapport/event-log';
import fc from 'fast-check';
import { SafeCursor } from './safe-cursor';

const at = (n: number): Position => n.toString(16).padStart(14, '0') as Position;

test('stands before the oldest open change, and at the end of what was read when none is open', () => {
  const cursor = new SafeCursor(at(1));
  cursor.begin(at(4));
  cursor.begin(at(6));
  cursor.advance(at(9));
  expect([cursor.position, cursor.read, cursor.openChanges]).toEqual([at(1), at(9), 2]);
  cursor.close(at(4));
  expect([cursor.position, cursor.openChanges]).toEqual([at(4), 1]);
  cursor.close(at(6));
  expect([cursor.position, cursor.openChanges]).toEqual([at(9), 0]);
});

test('passes no open change and never goes back, in whatever order changes close', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ opens: fc.boolean(), pick: fc.nat() }), { maxLength: 100 }), (steps) => {
      const cursor = new SafeCursor(undefined);
      const open: number[] = [];
      let [read, last] = [0, ''];
      for (const { opens, pick } of steps) {
        if (opens) {
          cursor.begin(at(++read));
          open.push(read);
        } else if (open.length > 0) for (const n of open.splice(pick % open.length, 1)) cursor.close(at(n));
        const position = cursor.position ?? '';
        expect(position >= last).toBe(true);
        expect(position).toBe(open.length > 0 ? (open[0] === 1 ? '' : at((open[0] ?? 0) - 1)) : (cursor.read ?? ''));
        last = position;
      }
    }),
  );
});
