const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const UNORDERED = new Set(['openPromises', 'settledPromises', 'rows']);

/** Says where a document differs from a worked case beyond the tolerances of the model; expected keys only. */
export const differences = (got: unknown, expected: unknown, path: string): readonly string[] => {
  if (typeof expected === 'number' && typeof got === 'number')
    return Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? [] : [`${path}: ${got} != ${expected}`];
  if (typeof expected === 'string' && typeof got === 'string' && INSTANT.test(expected))
    return Math.abs(Date.parse(got) - Date.parse(expected)) <= 2 ? [] : [`${path}: ${got} != ${expected}`];
  if (Array.isArray(expected) && Array.isArray(got)) {
    if (expected.length !== got.length) return [`${path}: ${got.length} elements, expected ${expected.length}`];
    const key = path.slice(path.lastIndexOf('.') + 1);
    if (!UNORDERED.has(key)) return expected.flatMap((one, i) => differences(got[i], one, `${path}[${i}]`));
    const left = [...got];
    return expected.flatMap((one, i) => {
      const match = left.findIndex((other) => differences(other, one, '').length === 0);
      if (match < 0) return [`${path}[${i}]: ${JSON.stringify(one)} is missing`];
      left.splice(match, 1);
      return [];
    });
  }
  if (typeof expected === 'object' && expected !== null && typeof got === 'object' && got !== null)
    return Object.entries(expected).flatMap(([key, value]) =>
      differences((got as Record<string, unknown>)[key], value, `${path}.${key}`),
    );
  return got === expected ? [] : [`${path}: ${JSON.stringify(got)} != ${JSON.stringify(expected)}`];
};
