import { decodeTouchpoint, standardCatalogue } from '@rapport/domain';
import { isRight } from 'fp-ts/Either';
import { newCustomerBody, prepareBodies, stamp } from './bodies';

const now = Date.UTC(2026, 6, 1, 12);
const decoded = (input: unknown) => {
  const result = decodeTouchpoint(input, { catalogue: standardCatalogue, now });
  if (!isRight(result)) throw new Error(`${JSON.stringify(result.left)} in ${JSON.stringify(input)}`);
  return result.right;
};

test('every touchpoint is one that the catalogue takes, has an identity of its own, and is of now once it is stamped', () => {
  const parts = prepareBodies(
    [
      { count: 40, perBody: 100, rate: 1_000 },
      { count: 50, perBody: 1, rate: 100 },
    ],
    120,
  );
  expect(parts.map((bodies) => bodies.map(({ touchpoints }) => touchpoints))).toEqual([
    Array(40).fill(100),
    Array(50).fill(1),
  ]);
  const bodies = parts.flat();
  for (const body of bodies) stamp(body, now);
  const touchpoints = bodies.flatMap(({ bytes }) => [JSON.parse(bytes.toString())].flat().map(decoded));
  expect(touchpoints).toHaveLength(4_050);
  expect(new Set(touchpoints.map(({ source, id }) => `${source} ${id}`)).size).toBe(4_050);
  expect(new Set(touchpoints.map(({ customer }) => customer)).size).toBe(120);
  const ages = touchpoints.map(({ occurredAt }) => now - occurredAt);
  expect(Math.min(...ages)).toBe(0);
  // The longest delays of the simulated company are days of 24 months, which pass here in a few seconds.
  expect(Math.max(...ages)).toBeLessThan(1_000);
  expect(ages.some((age) => age > 0)).toBe(true);
});

test('a body can be stamped again', () => {
  const body = newCustomerBody('n-1');
  stamp(body, now - 5_000);
  stamp(body, now);
  expect(decoded(JSON.parse(body.bytes.toString()))).toMatchObject({
    customer: 'n-1',
    type: 'prospect.identified',
    occurredAt: now,
  });
});
