import Ajv from 'ajv';
import * as E from 'fp-ts/Either';
import { decodeRuleset } from './decode-ruleset';
import { RETAIL } from './retail/retail';
import { rulesetJsonSchema } from './ruleset-json-schema';
import { BREAKS, SMALL, vectorRulesets, withPlace } from './testing/rulesets';

const validate = new Ajv({ strict: false }).compile(rulesetJsonSchema());

test.each<readonly [string, unknown]>([...vectorRulesets(), ['small', SMALL] as const, ['retail', RETAIL] as const])(
  'the schema accepts the ruleset of %s, as the codec does',
  (_: string, ruleset: unknown) => {
    validate(ruleset);
    expect(validate.errors ?? []).toEqual([]);
    expect(E.isRight(decodeRuleset(ruleset))).toBe(true);
  },
);

for (const [path, value] of BREAKS)
  test(`the schema refuses ${path} set to ${JSON.stringify(value)}, as the codec does`, () => {
    const broken = withPlace(SMALL, path, value);
    expect(validate(broken)).toBe(false);
    expect(E.isLeft(decodeRuleset(broken))).toBe(true);
  });

test('the schema says what each key means, for editors', () => {
  const definitions = rulesetJsonSchema().definitions as Record<
    string,
    { properties: Record<string, { description: string }> }
  >;
  expect(definitions.factor.properties.halfLife.description).toContain('half its weight');
});
