import type { LRParser } from '@lezer/lr';

// Its declarations are those of an ES module, though it can be required.
const { parser } = require('@prometheus-io/lezer-promql') as { readonly parser: LRParser };

export interface Use {
  /** As written, with `_bucket`, `_sum` or `_count` where it is a part of a histogram. */
  readonly metric: string;
  /** Labels it is selected or grouped by. */
  readonly labels: readonly string[];
}

/** What Grafana fills in before it asks. */
const filled = (query: string): string => query.replaceAll('$__rate_interval', '1m').replaceAll('$job', 'rapport');

/**
 * The metrics that a query reads, each with the labels asked of it. Grouping holds for all metrics in the group.
 *
 * @throws SyntaxError when it is not PromQL
 */
export const usesOf = (query: string): readonly Use[] => {
  const text = filled(query);
  const uses: { metric: string; labels: string[]; from: number; to: number }[] = [];
  const groups: { labels: string[]; from: number; to: number }[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new SyntaxError(`no PromQL at ${from}: ${query}`);
      const namesIn = (kind: string): string[] => {
        const names: string[] = [];
        node.cursor().iterate((inner) => {
          if (inner.name === kind) names.push(text.slice(inner.from, inner.to));
          return undefined;
        });
        return names;
      };
      if (type.name === 'VectorSelector')
        uses.push({ metric: namesIn('Identifier')[0], labels: namesIn('LabelName'), from, to });
      if (type.name === 'AggregateExpr') {
        const modifier = node.getChild('AggregateModifier');
        const labels = modifier
          ?.getChild('GroupingLabels')
          ?.getChildren('LabelName')
          .map((label) => text.slice(label.from, label.to));
        groups.push({ labels: labels ?? [], from, to });
      }
    },
  });
  return uses.map(({ metric, labels, from, to }) => ({
    metric,
    labels: [
      ...labels,
      ...groups.filter((group) => group.from <= from && to <= group.to).flatMap((group) => group.labels),
    ],
  }));
};
