const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The longest field of an object that a text begins with, up to its end or a separator. */
const fieldAt = (value: object, rest: string): string | undefined => {
  for (let end = rest.length; end > 0; end = Math.max(rest.lastIndexOf('.', end - 1), rest.lastIndexOf('[', end - 1))) {
    const name = rest.slice(0, end);
    if (Object.hasOwn(value, name)) return name;
  }
  return undefined;
};

/** A way has few steps: what is nested deeper is refused for it. */
const MOST_STEPS = 40;

/**
 * The JSON pointer (RFC 6901) of a field as problems name it, in the body that they are about: names may have dots in
 * them, so the body says where one ends. What is missing is pointed at where it should be. Undefined where the body has
 * no such place.
 *
 * @example pointerOf('data.items[0].price', { data: { items: [{ price: 'x' }] } }) // '/data/items/0/price'
 */
export const pointerOf = (field: string, body: unknown): string | undefined => {
  let [rest, value, pointer] = [field, body, ''];
  for (let step = 0; rest !== '' && step < MOST_STEPS; step++) {
    if (typeof value !== 'object' || value === null) return undefined;
    const index = Array.isArray(value) ? /^\[(\d+)\]/.exec(rest) : null;
    const name = index === null ? fieldAt(value, rest) : index[1];
    if (name === undefined) return /[.[\]]/.test(rest) ? undefined : `${pointer}/${escaped(rest)}`;
    pointer += `/${escaped(name)}`;
    value = (value as Readonly<Record<string, unknown>>)[name];
    rest = rest.slice(index === null ? name.length : index[0].length).replace(/^\./, '');
  }
  return rest === '' ? pointer : undefined;
};
