import * as fc from 'fast-check';
import { bytesOf, clearList, createLists, push, removeItem, reserve, slotOf } from './lists';

describe('growable lists in typed arrays', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('push' as const), list: fc.nat(5), item: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), list: fc.nat(5), item: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), list: fc.nat(5), item: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reserve' as const), list: fc.nat(5), item: fc.nat(40) }) },
  );

  it('behave as arrays do, with a number beside each element', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const lists = createLists({ withNumbers: true });
        const arrays: number[][] = Array.from({ length: 6 }, () => []);
        for (const { do: what, list, item } of steps) {
          const array = arrays[list];
          if (what === 'push') {
            push(lists, list, item, item / 2);
            array.push(item);
          } else if (what === 'remove') {
            removeItem(lists, list, item);
            if (array.includes(item)) array.splice(array.indexOf(item), 1);
          } else if (what === 'clear') {
            clearList(lists, list);
            array.length = 0;
          } else reserve(lists, list, item);
        }
        arrays.forEach((array, list) => {
          const from = list < lists.count ? lists.start[list] : 0;
          const to = from + (list < lists.count ? lists.length[list] : 0);
          expect([...lists.items.subarray(from, to)].sort()).toEqual(array.sort());
          expect([...lists.numbers.subarray(from, to)]).toEqual([...lists.items.subarray(from, to)].map((n) => n / 2));
          expect(slotOf(lists, list, 3) >= 0).toBe(array.includes(3));
        });
      }),
      { numRuns: 300 },
    );
  });

  it('reuse the room of lists that were emptied', () => {
    const lists = createLists();
    const fill = (list: number) => {
      for (let item = 0; item < 1000; item++) push(lists, list, item);
    };
    fill(0);
    clearList(lists, 0);
    const bytes = bytesOf(lists);
    for (let list = 1; list < 50; list++) {
      fill(list);
      clearList(lists, list);
    }
    expect(bytesOf(lists)).toBe(bytes);
  });
});
