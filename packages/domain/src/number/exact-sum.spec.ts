import fc from 'fast-check';
import { StateReader, StateWriter } from '../state-bytes';
import { ExactSum } from './exact-sum';
import { toNumber, unitsOf } from './testing/exact-arithmetic';

const cents = fc.integer({ min: -10_000_000, max: 10_000_000 }).map((units) => units / 100);
const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });
const odd = fc.constantFrom(0, -0, 5e-324, -5e-324, 1e308, -1e308, 2 ** 53, 2 ** 53 + 2, 0.1 + 0.2, 1e15, 1e-7, 1e21);
const values = fc.array(fc.oneof({ weight: 6, arbitrary: cents }, { weight: 2, arbitrary: anyNumber }, odd), {
  maxLength: 30,
});

const sumOf = (numbers: readonly number[]): ExactSum => {
  const sum = new ExactSum();
  for (const number of numbers) sum.add(number);
  return sum;
};

/** As the decimals they are written as, rounded once; what is larger than any double is the largest. */
const expected = (numbers: readonly number[]): number => {
  const whole = toNumber(numbers.reduce((sum, number) => sum + unitsOf(number), 0n));
  return Number.isFinite(whole) ? whole : Math.sign(whole) * Number.MAX_VALUE;
};

describe('an exact sum', () => {
  it.each<[readonly number[], number]>([
    [[33.33, 49.9, 16.77], 100],
    [[0.1, 0.2], 0.3],
    [[0.1, 0.2, -0.3], 0],
    [[1e308, 1e308, -1e308], 1e308],
    [[1e308, 1e308], Number.MAX_VALUE],
    [[1e308, 5e-324, -1e308], 5e-324],
    [[2 ** 53, 1], 2 ** 53],
    [[2 ** 53, 1, 1], 2 ** 53 + 2],
    [[-0], 0],
    [[0.30000000000000004, -0.3], 4e-17],
  ])('of %j is %d', (numbers, sum) => {
    expect(sumOf(numbers).value).toBe(sum);
  });

  it('is what whole numbers of any length say, in any order', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        expect(sumOf(numbers).value).toBe(expected(numbers) + 0);
        expect(sumOf([...numbers].reverse()).value).toBe(expected(numbers) + 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is as it was when values are taken off again', () => {
    fc.assert(
      fc.property(values, values, (kept, gone) => {
        expect(sumOf([...kept, ...gone, ...gone.map((value) => -value)]).value).toBe(sumOf(kept).value);
      }),
    );
  });

  it('has its value and what rounding took from it', () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const { hi, lo } = sumOf(numbers).precise;
        expect(hi).toBe(sumOf(numbers).value);
        const exact = numbers.reduce((sum, number) => sum + unitsOf(number), 0n);
        fc.pre(Math.abs(hi) < 1e290 && (hi === 0 || Math.abs(hi) > 1e-290));
        const rest = toNumber(exact - exactUnitsOf(hi));
        expect(Math.abs(lo - rest)).toBeLessThanOrEqual(Math.abs(rest) * 1e-12);
      }),
      { numRuns: 1_000 },
    );
  });

  it('goes on from what was saved as if it had not been', () => {
    fc.assert(
      fc.property(values, values, (before, after) => {
        const out = new StateWriter();
        sumOf(before).save(out);
        const restored = new ExactSum();
        restored.restore(new StateReader(out.bytes()));
        const inJson = new ExactSum();
        inJson.fromJson(JSON.parse(JSON.stringify(sumOf(before).toJson())));
        for (const value of after) {
          restored.add(value);
          inJson.add(value);
        }
        const whole = sumOf([...before, ...after]);
        expect(restored).toEqual(whole);
        expect(inJson).toEqual(whole);
      }),
    );
  });

  it('is divided with one rounding', () => {
    expect(sumOf([8.08]).dividedBy(10.1)).toBe(0.8);
    expect(sumOf([0.1, 0.2]).dividedBy(0.3)).toBe(1);
    expect(sumOf([1e300]).dividedBy(1e-3)).toBe(1e303);
    const whole = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(whole, whole, fc.nat({ max: 6 }), fc.nat({ max: 6 }), (a, b, placesOfA, placesOfB) => {
        const [x, y] = [Number(`${a}e-${placesOfA}`), Number(`${b}e-${placesOfB}`)];
        expect(sumOf([x]).dividedBy(y)).toBe((a * 10 ** placesOfB) / (b * 10 ** placesOfA));
      }),
    );
  });

  it('keeps a bounded state, however many and however different values there were', () => {
    const sum = new ExactSum();
    for (let i = 0; i < 20_000; i++)
      sum.add(i % 3 === 0 ? 1e308 : i % 3 === 1 ? 5e-324 : Math.sin(i) * 10 ** (i % 300));
    expect(JSON.stringify(sum.toJson()).length).toBeLessThan(700);
  });
});

/** Of a double itself, not of the decimal it is written as. */
const exactUnitsOf = (value: number): bigint => {
  let [whole, halvings] = [value, 0n];
  while (!Number.isInteger(whole)) [whole, halvings] = [whole * 2, halvings + 1n];
  return (BigInt(whole) * 10n ** 400n) / 2n ** halvings;
};
