import type { ErrorObject, ValidateFunction } from 'ajv';

/** Larger values are validated up to the first problem: a sender could otherwise cause as many as there are values. */
const MOST_VALUES = 1_000;

/** Whether it holds more than `most` values, itself and those of any depth. */
const hasMoreValues = (input: unknown, most: number): boolean => {
  const open: unknown[] = [input];
  for (let seen = 0; open.length > 0; seen++) {
    const value = open.pop();
    if (seen + open.length >= most) return true;
    if (typeof value !== 'object' || value === null) continue;
    const inside = Array.isArray(value) ? value : Object.values(value);
    if (inside.length > most) return true;
    for (const one of inside) open.push(one);
  }
  return false;
};

/**
 * What is wrong with a value by a JSON Schema, with work that is bounded by the value: validated up to the first
 * mistake, and only where it has one and is small, once more for all of them.
 *
 * @param compile the schema, with Ajv's option `allErrors` or without
 * @returns no errors for what is right
 */
export const boundedValidator = (
  compile: (allErrors: boolean) => ValidateFunction,
): ((input: unknown) => readonly ErrorObject[]) => {
  const first = compile(false);
  let all: ValidateFunction | undefined;
  return (input) => {
    if (first(input)) return [];
    const found = first.errors ?? [];
    if (hasMoreValues(input, MOST_VALUES)) return found;
    all ??= compile(true);
    return all(input) ? found : (all.errors ?? found);
  };
};
