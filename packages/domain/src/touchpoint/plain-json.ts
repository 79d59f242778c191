import { InexactNumber } from '../exact-json';
import { MASKED } from './masked';
import { problem, problemWith, type TouchpointProblem } from './problem';
import { isText } from './text';

/** Deepest nesting of `data`; `data` itself is 1. */
export const MAX_DATA_DEPTH = 32;
/** Largest `data`, in bytes of its canonical JSON. */
export const MAX_DATA_BYTES = 1_048_576;

interface Size {
  /** Never less than the bytes of what was seen so far: a text takes at most six bytes a character. */
  bytes: number;
}

const TEXT = 'a text without lone surrogates or NUL';
const NUMBER_BYTES = 26;
const UNMASK = 'Put it in, or take the field out';

const inObject = (value: object, path: string, depth: number, size: Size): TouchpointProblem | undefined => {
  if (depth > MAX_DATA_DEPTH)
    return problemWith(path, `at most ${MAX_DATA_DEPTH} levels of nesting`, `more than ${MAX_DATA_DEPTH}`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = inValue(value[i], path, i, depth, size);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return problemWith(path, 'a JSON value', 'an instance');
  for (const key of Object.keys(value)) {
    // A field of that name would set the prototype of the first careless copy.
    if (key === '__proto__') return problemWith(`${path}.__proto__`, 'no field of that name', 'one');
    if (!isText(key)) return problem(`${path}.${key}`, `${TEXT} as the name of a field`, key);
    size.bytes += 6 * key.length + 4;
    const found = inValue((value as Record<string, unknown>)[key], path, key, depth, size);
    if (found !== undefined) return found;
  }
  return undefined;
};

const inValue = (
  value: unknown,
  parent: string,
  key: string | number,
  depth: number,
  size: Size,
): TouchpointProblem | undefined => {
  const at = (): string => (typeof key === 'number' ? `${parent}[${key}]` : `${parent}.${key}`);
  switch (typeof value) {
    case 'string':
      size.bytes += 6 * value.length + 3;
      if (value === MASKED) return problem(at(), 'the value that was masked', value, UNMASK);
      return isText(value) ? undefined : problem(at(), TEXT, value);
    case 'number':
      size.bytes += NUMBER_BYTES;
      return Number.isFinite(value) ? undefined : problem(at(), 'a finite number', value);
    case 'boolean':
    case 'undefined':
      size.bytes += NUMBER_BYTES;
      return undefined;
    case 'object':
      size.bytes += 6;
      if (value instanceof InexactNumber) return problem(at(), 'a number that can be kept as it is written', value);
      return value === null ? undefined : inObject(value, at(), depth + 1, size);
    default:
      return problemWith(at(), 'a JSON value', `a ${typeof value}`);
  }
};

/**
 * Why an object cannot be recorded as `data`, whatever its type: not JSON, too deep, too large, or with text that no
 * store keeps. Undefined when it can. Only the first fault is reported.
 */
export const plainJsonFault = (data: object): TouchpointProblem | undefined => {
  const size: Size = { bytes: 2 };
  const found = inObject(data, 'data', 1, size);
  if (found !== undefined || size.bytes <= MAX_DATA_BYTES) return found;
  // Canonical JSON differs from JSON.stringify in the order of fields only, so it is as long.
  const bytes = new TextEncoder().encode(JSON.stringify(data)).length;
  return bytes <= MAX_DATA_BYTES ? undefined : problemWith('data', `at most ${MAX_DATA_BYTES} bytes`, `${bytes}`);
};
