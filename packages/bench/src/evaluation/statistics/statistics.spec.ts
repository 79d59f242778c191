import * as fc from 'fast-check';
import { auc } from './auc';
import { bootstrap, quantile } from './bootstrap';
import { quintiles } from './quintiles';
import { kendall, spearman } from './rank-correlation';
import { midranks, once, rankingOf } from './ranking';

/** Few different values, so that there are many ties. */
const values = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 40 });
const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), did: fc.boolean() }), {
  minLength: 2,
  maxLength: 40,
});
const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
  minLength: 3,
  maxLength: 40,
});

describe('ranks', () => {
  test('of equal values are the mean of the places they span', () => {
    expect(midranks(rankingOf([30, 10, 20, 20]), once(4))).toEqual([4, 1, 2.5, 2.5]);
  });

  test('know infinity, and refuse what is no number', () => {
    expect(midranks(rankingOf([0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]), once(3))).toEqual([2, 1, 3]);
    expect(() => rankingOf([1, Number.NaN])).toThrow(RangeError);
  });

  test('counted several times are those of the values written out', () => {
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.integer({ min: 0, max: 3 })), (some, stream) => {
        const counts = [...stream.take(some.length)];
        const index = some.flatMap((_, i) => new Array<number>(counts[i]).fill(i));
        const written = midranks(rankingOf(index.map((i) => some[i])), once(index.length));
        const counted = midranks(rankingOf(some), counts);
        expect(index.map((i) => counted[i])).toEqual(written);
      }),
    );
  });
});

describe('the area under the curve', () => {
  test('is 1 where all who did stand above, 0 where all stand below, a half where nothing tells them apart', () => {
    expect(auc(rankingOf([1, 2, 3]), [false, true, true])).toBe(1);
    expect(auc(rankingOf([3, 2, 1]), [false, true, true])).toBe(0);
    expect(auc(rankingOf([7, 7, 7]), [false, true, true])).toBe(0.5);
    expect(auc(rankingOf([1, 2]), [true, true])).toBeNaN();
  });

  test('is the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(scored, (some) => {
        const yes = some.filter(({ did }) => did).map(({ score }) => score);
        const no = some.filter(({ did }) => !did).map(({ score }) => score);
        fc.pre(yes.length > 0 && no.length > 0);
        const right = yes.flatMap((y) => no.map((n) => (y > n ? 1 : y === n ? 0.5 : 0)));
        const share = right.reduce((sum: number, one) => sum + one, 0) / right.length;
        const computed = auc(
          rankingOf(some.map(({ score }) => score)),
          some.map(({ did }) => did),
        );
        expect(computed).toBeCloseTo(share, 12);
      }),
    );
  });
});

describe('rank correlation', () => {
  test('by Spearman is that of a textbook', () => {
    // Hours of television against IQ: -29/165 (Wikipedia, "Spearman's rank correlation coefficient").
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(rankingOf(iq), rankingOf(hours))).toBeCloseTo(-29 / 165, 12);
  });

  test('by Spearman does not depend on how the pairs are listed, and turns its sign with one side', () => {
    fc.assert(
      fc.property(pairs, (some) => {
        const rho = (list: readonly (readonly [number, number])[]) =>
          spearman(rankingOf(list.map(([x]) => x)), rankingOf(list.map(([, y]) => y)));
        fc.pre(!Number.isNaN(rho(some)));
        expect(rho([...some].reverse())).toBeCloseTo(rho(some), 12);
        expect(rho(some.map(([x, y]) => [x, -y]))).toBeCloseTo(-rho(some), 12);
        expect(Math.abs(rho(some))).toBeLessThan(1 + 1e-9);
      }),
    );
  });

  test('by Kendall allows for ties on both sides', () => {
    const [a, b] = [rankingOf([1, 2, 2, 3]), rankingOf([1, 1, 2, 3])];
    // Four pairs agree, none disagree; one is tied on either side: 4 / sqrt(5 * 5).
    expect(kendall(a, b)).toBeCloseTo(0.8, 12);
    expect(kendall(a, a)).toBe(1);
    expect(kendall(rankingOf([1, 2, 3]), rankingOf([3, 2, 1]))).toBe(-1);
  });
});

describe('quintiles', () => {
  test('are fifths where all values differ', () => {
    expect(quintiles([50, 10, 40, 20, 30, 60, 100, 90, 80, 70])).toEqual([3, 1, 2, 1, 2, 3, 5, 5, 4, 4]);
  });

  test('never split equal values', () => {
    expect(quintiles([1, 1, 1, 2, 3])).toEqual([1, 1, 1, 4, 5]);
    expect(quintiles([4, 4])).toEqual([1, 1]);
  });
});

test('a quantile lies between its neighbours', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([5], 0.975)).toBe(5);
  expect(quantile([], 0.5)).toBeNaN();
});

describe('the bootstrap', () => {
  const sample = Array.from({ length: 400 }, (_, i) => (i * 37) % 100);
  const figures = (counts: ArrayLike<number>) => {
    let [sum, size] = [0, 0];
    sample.forEach((value, i) => {
      sum += counts[i] * value;
      size += counts[i];
    });
    return { mean: sum / size, none: Number.NaN };
  };

  test('gives the interval that theory gives for a mean', () => {
    const { mean } = bootstrap(sample.length, figures, { seed: 1 });
    const error = (1.96 * Math.sqrt(833.25)) / 20;
    expect(mean.value).toBeCloseTo(49.5, 10);
    expect(Math.abs(mean.low - (49.5 - error))).toBeLessThan(0.3 * error);
    expect(Math.abs(mean.high - (49.5 + error))).toBeLessThan(0.3 * error);
  });

  test('is the same for the same seed and another for another', () => {
    const run = (seed: number) => bootstrap(sample.length, figures, { seed, resamples: 50 });
    expect(run(1)).toEqual(run(1));
    expect(run(1).mean.low).not.toBe(run(2).mean.low);
  });

  test('has no interval for a figure that does not exist', () => {
    const { none } = bootstrap(sample.length, figures, { seed: 1, resamples: 20 });
    expect(none).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});
