/**
 * Shapes describe the ruleset language once. The io-ts codec, the JSON Schema for editors and the reference page are
 * all made from the same table of shapes, so they cannot disagree.
 */
export type Shape =
  | TextShape
  | ({ readonly kind: 'number'; readonly what: string } & NumberBounds)
  | { readonly kind: 'truth'; readonly only?: true }
  | { readonly kind: 'scalar' }
  | {
      readonly kind: 'list';
      readonly of: Shape;
      readonly min: number /** The shape of the first item, when it differs. */;
      readonly first?: Shape;
    }
  | { readonly kind: 'tuple'; readonly of: readonly Shape[] }
  | { readonly kind: 'one-or-more'; readonly of: TextShape }
  | { readonly kind: 'record'; readonly keys: TextShape; readonly of: Shape; readonly min: number }
  | ObjectShape
  | ChoiceShape
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'json-schema' };

export interface TextShape {
  readonly kind: 'text';
  /** What it is called in the reference. */
  readonly name: string;
  /** What it is, in words that fit behind "expected". */
  readonly what: string;
  /** Regular expression (ECMA 262), which works with the flag `u`. */
  readonly pattern: string;
  /** What a pattern cannot say; left out of the JSON Schema. Returns what is wrong. */
  readonly check?: (text: string) => string | undefined;
  /** What to write instead of a text that the pattern refuses. */
  readonly advice?: (text: string) => string | undefined;
}

export interface NumberBounds {
  readonly integer?: true;
  readonly atLeast?: number;
  readonly above?: number;
  readonly nonZero?: true;
}

export interface Field {
  readonly shape: Shape;
  readonly required?: true;
  /** What it means, one sentence of Markdown. */
  readonly doc: string;
}

/** What must hold between the keys of one object. */
export type KeyRule =
  | { readonly exactlyOne: readonly string[] }
  | { readonly atLeastOne: readonly string[] }
  | { readonly notTogether: readonly [string, string] };

export interface ObjectShape {
  readonly kind: 'object';
  readonly fields: Readonly<Record<string, Field>>;
  readonly rules?: readonly KeyRule[];
  /** Keys that people try here, and why there are none. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** One of several objects, told apart by the key that only it has. */
export interface ChoiceShape {
  readonly kind: 'choice';
  readonly variants: Readonly<Record<string, ObjectShape>>;
}

/** A named part of the language with its documentation. */
export interface Definition {
  readonly title: string;
  readonly doc: string;
  readonly shape: Shape;
  /** YAML that decodes as this definition. */
  readonly example?: string;
}

export type Language = Readonly<Record<string, Definition>>;

/** @throws TypeError for a name that the language does not have */
export const definitionOf = (language: Language, name: string): Definition => {
  const definition = language[name];
  if (definition === undefined) throw new TypeError(`the language has no definition "${name}"`);
  return definition;
};
