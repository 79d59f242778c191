const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** Lists whose order means nothing. */
const UNORDERED = new Set(['openPromises', 'settledPromises', 'rows']);

/**
 * Says where a document differs from the expected one beyond the tolerances of the model. Keys that are not expected
 * are not looked at.
 *
 * @param slack by how many milliseconds instants may differ
 */
export const differences = (got: unknown, expected: unknown, path: string, slack = 2): readonly string[] => {
  if (typeof expected === 'number' && typeof got === 'number')
    return Math.abs(got - expected) <= 1e-9 * Math.max(1, Math.abs(expected)) ? [] : [`${path}: ${got} != ${expected}`];
  if (typeof expected === 'string' && typeof got === 'string' && INSTANT.test(expected))
    return Math.abs(Date.parse(got) - Date.parse(expected)) <= slack ? [] : [`${path}: ${got} != ${expected}`];
  if (Array.isArray(expected) && Array.isArray(got)) return differencesOfLists(got, expected, path, slack);
  if (typeof expected === 'object' && expected !== null && typeof got === 'object' && got !== null)
    return Object.entries(expected).flatMap(([key, value]) =>
      differences((got as Record<string, unknown>)[key], value, `${path}.${key}`, slack),
    );
  return got === expected ? [] : [`${path}: ${JSON.stringify(got)} != ${JSON.stringify(expected)}`];
};

const differencesOfLists = (
  got: readonly unknown[],
  expected: readonly unknown[],
  path: string,
  slack: number,
): readonly string[] => {
  if (expected.length !== got.length)
    return [`${path}: ${JSON.stringify(got)} has ${got.length} elements, not ${JSON.stringify(expected)}`];
  if (!UNORDERED.has(path.slice(path.lastIndexOf('.') + 1)))
    return expected.flatMap((one, i) => differences(got[i], one, `${path}[${i}]`, slack));
  const left = [...got];
  return expected.flatMap((one, i) => {
    const match = left.findIndex((other) => differences(other, one, '', slack).length === 0);
    if (match < 0) return [`${path}[${i}]: ${JSON.stringify(one)} is missing`];
    left.splice(match, 1);
    return [];
  });
};
