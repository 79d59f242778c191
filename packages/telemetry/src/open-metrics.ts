/** What `Content-Type` says of a page of metrics in the format of OpenMetrics. */
export const OPEN_METRICS_CONTENT_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** What is to become of the families of metrics whose names OpenMetrics writes otherwise, by their Prometheus names. */
interface Family {
  readonly name: string;
  readonly type: string;
}

/**
 * A family as OpenMetrics names it: a counter's samples end in `_total` and an info's in `_info`, their family does not.
 */
const familyOf = (name: string, type: string): Family => {
  if (type === 'counter') return { name: name.replace(/_total$/, ''), type };
  return name.endsWith('_info') ? { name: name.replace(/_info$/, ''), type: 'info' } : { name, type };
};

/** `le="10"` as `le="10.0"`: OpenMetrics has one way to write a number there. */
const canonicalBound = (sample: string): string => sample.replace(/([{,]le=")(\d+)"/, '$1$2.0"');

/**
 * A page in the text format of Prometheus as one in that of OpenMetrics 1.0. The library writes both, but renames the
 * counters of the other while it does, and leaves quotes in help as they are.
 *
 * @param text what the registry writes: `# HELP` and `# TYPE` of each family, then its samples
 */
export const openMetricsText = (text: string): string => {
  const families = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, familyOf(name, type)]),
  );
  const lines = text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (what === undefined) return [canonicalBound(line)];
    const family = families.get(name) ?? { name, type: 'unknown' };
    return [`# ${what} ${family.name} ${what === 'TYPE' ? family.type : rest.replaceAll('"', '\\"')}`];
  });
  return `${lines.join('\n')}\n# EOF\n`;
};
