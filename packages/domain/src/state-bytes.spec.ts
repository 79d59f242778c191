import fc from 'fast-check';
import type { Json } from './json';
import { StateReader, StateWriter } from './state-bytes';

type Part = { readonly number: number } | { readonly numbers: readonly number[] } | { readonly other: Json };

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ number: fc.double() }),
  fc.record({ numbers: fc.array(fc.double(), { maxLength: 700 }) }),
  fc.record({ other: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(null), fc.boolean(), fc.array(fc.string())) }),
);

const written = (parts: readonly Part[]): Uint8Array => {
  const out = new StateWriter();
  for (const one of parts) {
    if ('number' in one) out.number(one.number);
    else if ('numbers' in one) out.numbers(one.numbers);
    else out.other(one.other);
  }
  return out.bytes();
};

const read = (bytes: Uint8Array, parts: readonly Part[]): readonly Part[] => {
  const saved = new StateReader(bytes);
  return parts.map((one) => {
    if ('number' in one) return { number: saved.number() };
    if ('other' in one) return { other: saved.other() };
    const numbers: number[] = [];
    saved.numbers(numbers);
    return { numbers };
  });
};

test('what was written is read back, bit by bit, wherever the bytes lie', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), fc.nat({ max: 9 }), (parts, offset) => {
      const bytes = written(parts);
      expect(read(bytes, parts)).toEqual(parts);
      const room = new Uint8Array(offset + bytes.length);
      room.set(bytes, offset);
      expect(read(room.subarray(offset), parts)).toEqual(parts);
    }),
  );
});

test('numbers are read behind those that are there, and written from an index on', () => {
  const out = new StateWriter();
  out.numbers([1, 2, 3, 4], 2);
  const into = [7];
  new StateReader(out.bytes()).numbers(into);
  expect(into).toEqual([7, 3, 4]);
});

test('what one writer wrote stays as it is while another writes', () => {
  const [one, other] = [written([{ number: 1 }, { other: 'a' }]), written([{ number: 2 }, { other: 'b' }])];
  expect(read(one, [{ number: 1 }, { other: 'a' }])).toEqual([{ number: 1 }, { other: 'a' }]);
  expect(other).not.toEqual(one);
});

test.each([
  ['nothing', new Uint8Array()],
  ['too little', written([{ numbers: [1, 2, 3] }]).slice(0, 16)],
  ['invalid text', Uint8Array.from([...written([{ number: 1 }]), 0x5b, 0xff])],
])('%s is not a state', (_, bytes) => {
  expect(() => new StateReader(bytes)).toThrow();
});
