/** More than any real ruleset needs, less than would exhaust the stack or take a checker too long. */
const MAX_DEPTH = 100;
const MAX_NODES = 200_000;

interface Extent {
  readonly depth: number;
  readonly nodes: number;
}

/**
 * Why a value cannot be walked safely, or undefined when it can: cycles (YAML aliases can make them), nesting deeper
 * than 100, more than 200,000 values once shared parts are written out. Linear in what is really there.
 */
export const unboundedData = (value: unknown): string | undefined => {
  const measured = new Map<object, Extent>();
  const open = new Set<object>();
  const measure = (node: unknown, level: number): Extent | string => {
    if (typeof node !== 'object' || node === null) return { depth: 0, nodes: 1 };
    const known = measured.get(node);
    if (known !== undefined) return known;
    if (open.has(node)) return 'the document contains itself (an alias inside its own anchor)';
    if (level > MAX_DEPTH) return `the document is nested deeper than ${MAX_DEPTH} levels`;
    open.add(node);
    let depth = 0;
    let nodes = 1;
    for (const child of Object.values(node)) {
      const extent = measure(child, level + 1);
      if (typeof extent === 'string') return extent;
      depth = Math.max(depth, extent.depth + 1);
      nodes += extent.nodes;
    }
    open.delete(node);
    measured.set(node, { depth, nodes });
    return { depth, nodes };
  };
  const extent = measure(value, 0);
  if (typeof extent === 'string') return extent;
  if (extent.depth > MAX_DEPTH) return `the document is nested deeper than ${MAX_DEPTH} levels`;
  return extent.nodes > MAX_NODES ? `the document holds more than ${MAX_NODES} values` : undefined;
};
