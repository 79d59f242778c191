import * as E from 'fp-ts/Either';
import * as t from 'io-ts';
import { hint, nearestName } from '../../nearest-name';
import type { RulesetProblemCode } from '../problem';
import { type ChoiceShape, definitionOf, type Language, type ObjectShape, type Shape, type TextShape } from './shape';
import { brokenRule, isObject, keysOf, list, outOfBounds, show, textProblem } from './values';

/** An io-ts error that also says which kind of problem it is. */
export interface ShapeError extends t.ValidationError {
  readonly code: RulesetProblemCode;
}

/** The most problems of a document that are reported; what follows is not checked. */
export const MAX_PROBLEMS = 50;

type Validate = (value: unknown, context: t.Context) => readonly ShapeError[];

/** The problems of the first parts that have any, up to the most that are reported. */
const problemsOf = <A>(
  parts: readonly A[],
  problemsOfPart: (part: A, index: number) => readonly ShapeError[],
): readonly ShapeError[] => {
  const found: ShapeError[] = [];
  for (let i = 0; i < parts.length && found.length < MAX_PROBLEMS; i++) found.push(...problemsOfPart(parts[i] as A, i));
  return found.slice(0, MAX_PROBLEMS);
};

const error = (value: unknown, context: t.Context, code: RulesetProblemCode, message: string): ShapeError => ({
  value,
  context,
  code,
  message,
});

const inside = (validate: Validate, value: unknown, key: string | number, context: t.Context): readonly ShapeError[] =>
  validate(value, t.appendContext(context, String(key), t.unknown, value));

const items = (value: unknown, context: t.Context, min: number, of: (index: number) => Validate) => {
  if (!Array.isArray(value)) return [error(value, context, 'wrong-value', `expected a list, got ${show(value)}`)];
  if (value.length < min)
    return [error(value, context, 'wrong-value', `expected a list of at least ${min}, got ${value.length}`)];
  return problemsOf<unknown>(value, (item, index) => inside(of(index), item, index, context));
};

const expected =
  (what: string, holds: (value: unknown) => boolean): Validate =>
  (value, context) =>
    holds(value) ? [] : [error(value, context, 'wrong-value', `expected ${what}, got ${show(value)}`)];

const isScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));

const textValidator = (shape: TextShape): Validate => {
  const pattern = new RegExp(shape.pattern, 'u');
  return (value, context) => {
    const problem = textProblem(shape, pattern, value);
    return problem === undefined ? [] : [error(value, context, 'wrong-value', problem)];
  };
};

type Of<Kind extends Shape['kind']> = Extract<Shape, { readonly kind: Kind }>;

/** Validators of the shapes of one language. */
class Validators {
  private readonly named = new Map<string, Validate>();

  constructor(private readonly language: Language) {}

  /** The validator of a definition, which may name itself. */
  definition(name: string): Validate {
    const known = this.named.get(name);
    if (known !== undefined) return known;
    let validate: Validate | undefined;
    const lazily: Validate = (value, context) => {
      validate ??= this.of(definitionOf(this.language, name).shape);
      return validate(value, context);
    };
    this.named.set(name, lazily);
    return lazily;
  }

  private of(shape: Shape): Validate {
    switch (shape.kind) {
      case 'text':
        return textValidator(shape);
      case 'number':
        return expected(
          shape.what,
          (value) => typeof value === 'number' && Number.isFinite(value) && !outOfBounds(value, shape),
        );
      case 'truth':
        return shape.only === true
          ? expected('true', (value) => value === true)
          : expected('true or false', (value) => typeof value === 'boolean');
      case 'scalar':
        return expected('a text, a number, true, false or null', isScalar);
      case 'list':
        return this.list(shape);
      case 'tuple':
        return this.tuple(shape);
      case 'one-or-more': {
        const one = this.of(shape.of);
        return (value, context) => (Array.isArray(value) ? items(value, context, 1, () => one) : one(value, context));
      }
      case 'record':
        return this.record(shape);
      case 'object':
        return this.object(shape);
      case 'choice':
        return this.choice(shape);
      case 'named':
        return this.definition(shape.name);
      case 'json-schema':
        return expected('a JSON Schema (an object)', isObject);
    }
  }

  private list(shape: Of<'list'>): Validate {
    const rest = this.of(shape.of);
    const first = shape.first === undefined ? rest : this.of(shape.first);
    return (value, context) => items(value, context, shape.min, (index) => (index === 0 ? first : rest));
  }

  private tuple(shape: Of<'tuple'>): Validate {
    const parts = shape.of.map((part) => this.of(part));
    return (value, context) =>
      Array.isArray(value) && value.length === parts.length
        ? items(value, context, 0, (index) => parts[index]!)
        : [error(value, context, 'wrong-value', `expected a list of exactly ${parts.length}, got ${show(value)}`)];
  }

  private record(shape: Of<'record'>): Validate {
    const of = this.of(shape.of);
    const pattern = new RegExp(shape.keys.pattern, 'u');
    return (value, context) => {
      if (!isObject(value)) return [error(value, context, 'wrong-value', `expected an object, got ${show(value)}`)];
      const keys = keysOf(value);
      if (keys.length < shape.min)
        return [error(value, context, 'wrong-value', `expected at least ${shape.min} key, got none`)];
      return problemsOf(keys, (key) => {
        const problem = textProblem(shape.keys, pattern, key);
        const here = t.appendContext(context, key, t.unknown, value[key]);
        return problem === undefined
          ? inside(of, value[key], key, context)
          : [error(value[key], here, 'wrong-value', `as a key, ${problem}`)];
      });
    };
  }

  /** @param siblings keys that tell other objects in its place apart: they cannot stand beside its own */
  private object(shape: ObjectShape, siblings: readonly string[] = []): Validate {
    const fields = Object.entries(shape.fields).map(([key, field]) => ({
      key,
      ...field,
      validate: this.of(field.shape),
    }));
    const known = new Map(fields.map((field) => [field.key, field]));
    const names = fields.map((field) => field.key);
    const unknownKey = (key: string): readonly [RulesetProblemCode, string] =>
      siblings.includes(key)
        ? ['conflicting-keys', `"${key}" cannot stand beside ${list(names.filter((name) => siblings.includes(name)))}`]
        : ['unknown-key', `unknown key "${key}"${whyNot(key, shape, names)}`];
    return (value, context) => {
      if (!isObject(value)) return [error(value, context, 'wrong-value', `expected an object, got ${show(value)}`)];
      const keys = keysOf(value);
      const unknown = keys.filter((key) => !known.has(key)).slice(0, MAX_PROBLEMS);
      const meant = new Set(unknown.map((key) => nearestName(key, names)));
      return [
        ...problemsOf(keys, (key) => {
          const field = known.get(key);
          if (field !== undefined) return inside(field.validate, value[key], key, context);
          return [error(value[key], t.appendContext(context, key, t.unknown, value[key]), ...unknownKey(key))];
        }),
        ...fields
          .filter((field) => field.required === true && !keys.includes(field.key) && !meant.has(field.key))
          .map((field) => error(value, context, 'missing-key', `"${field.key}" is missing: ${field.doc}`)),
        ...(shape.rules ?? []).flatMap((rule) => {
          const broken = brokenRule(rule, keys);
          return broken === undefined ? [] : [error(value, context, ...broken)];
        }),
      ];
    };
  }

  private choice(shape: ChoiceShape): Validate {
    const names = Object.keys(shape.variants);
    const variants = Object.entries(shape.variants).map(([key, variant]) => ({
      key,
      validate: this.object(variant, names),
    }));
    return (value, context) => {
      if (!isObject(value))
        return [
          error(value, context, 'wrong-value', `expected an object with one of ${list(names)}, got ${show(value)}`),
        ];
      const keys = keysOf(value);
      const variant = variants.find(({ key }) => keys.includes(key));
      if (variant !== undefined) return variant.validate(value, context);
      const typo = keys.map((key) => [key, nearestName(key, names)] as const).find(([, near]) => near !== undefined);
      return typo === undefined
        ? [error(value, context, 'missing-key', `expected an object with one of ${list(names)}`)]
        : inside(
            (inner, at) => [error(inner, at, 'unknown-key', `unknown key "${typo[0]}"; did you mean "${typo[1]}"?`)],
            value[typo[0]],
            typo[0],
            context,
          );
    };
  }
}

/** Why a key is not there, where people try it; else the key that was most likely meant. */
const whyNot = (key: string, { refused = {} }: ObjectShape, names: readonly string[]): string => {
  const reason = Object.entries(refused).find(([name]) => name === key)?.[1];
  return reason === undefined ? hint(key, names) : `: ${reason}`;
};

/** Builds the codec of one definition of a language. Decoding is strict and returns the input itself. */
export const codecOf = <A>(language: Language, name: string): t.Type<A, A, unknown> => {
  const validate = new Validators(language).definition(name);
  return new t.Type<A, A, unknown>(
    name,
    (value): value is A => validate(value, []).length === 0,
    (value, context) => {
      const errors = validate(value, context);
      return errors.length === 0 ? E.right(value as A) : t.failures([...errors]);
    },
    t.identity,
  );
};
