import fc from 'fast-check';
import * as E from 'fp-ts/Either';
import { stringify } from 'yaml';
import { parseRuleset } from './parse-ruleset';
import type { Ruleset } from './ruleset';
import { rulesetHash } from './ruleset-hash';
import { SMALL } from './testing/rulesets';

const TINY: Ruleset = { ruleset: 'tiny', version: 1, factors: {}, stages: [{ id: 'attract' }] };

test('the hash is SHA-256 of the canonical JSON', () => {
  // printf '{"factors":{},"ruleset":"tiny","stages":[{"id":"attract"}],"version":1}' | sha256sum
  expect(rulesetHash(TINY)).toBe('ac6b8bb32f8c545e77ee74c047d003d6036c6c84886acc38ca3e0d0d5c74c292');
});

const shuffled = (value: unknown, order: (keys: string[]) => string[]): unknown => {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (typeof value !== 'object' || value === null) return value;
  const entries = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(entries)).map((key) => [key, shuffled(entries[key], order)]));
};

test('the order of keys does not matter', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (ranks) => {
      const order = (keys: string[]) => [...keys].sort((a, b) => ranks[a.length % 20] - ranks[b.length % 20]);
      expect(rulesetHash(shuffled(SMALL, order) as Ruleset)).toBe(rulesetHash(SMALL));
    }),
  );
});

test('YAML and JSON of one document have one hash', () => {
  const read = (text: string, format: 'yaml' | 'json') => {
    const parsed = parseRuleset(text, { format });
    return E.isRight(parsed) ? rulesetHash(parsed.right) : parsed.left;
  };
  expect(read(stringify(SMALL), 'yaml')).toBe(rulesetHash(SMALL));
  expect(read(JSON.stringify(SMALL, undefined, 2), 'json')).toBe(rulesetHash(SMALL));
});

test('a changed value, and a changed order of stages, change the hash', () => {
  const [first, ...others] = SMALL.stages;
  expect(rulesetHash({ ...SMALL, version: 2 })).not.toBe(rulesetHash(SMALL));
  expect(rulesetHash({ ...SMALL, stages: [first, ...others.toReversed()] })).not.toBe(rulesetHash(SMALL));
});

test('a key that is set to undefined is absent', () => {
  expect(rulesetHash({ ...SMALL, description: undefined })).toBe(rulesetHash(SMALL));
});
