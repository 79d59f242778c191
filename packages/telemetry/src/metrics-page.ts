import { DEFINITIONS, type MetricDefinition, PROCESS_DEFINITIONS } from './definitions';

const row = ({ name, kind, labels, help }: MetricDefinition): string =>
  `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;

const table = (definitions: readonly MetricDefinition[]): readonly string[] => [
  '| metric | kind | labels | what it says |',
  '|---|---|---|---|',
  ...definitions.map(row),
];

/** The reference page of the metrics, docs/reference/metrics.md. */
export const metricsMarkdown = (): string => {
  const own: readonly MetricDefinition[] = Object.values(DEFINITIONS);
  return [
    '# Metrics',
    '',
    '`GET /metrics` answers in the text format of Prometheus, or in that of OpenMetrics where `Accept` prefers it. Units',
    'are seconds and bytes; counters begin at 0 when the engine starts. How to use them, and the dashboard and alerts that come with Rapport: [Observability](../observability.md).',
    '',
    '## Rapport',
    '',
    ...table(own),
    '',
    'Upper bounds of the histograms, in seconds:',
    '',
    ...own.flatMap(({ name, buckets }) => (buckets === undefined ? [] : [`- \`${name}\`: ${buckets.join(', ')}`])),
    '',
    '## Process',
    '',
    'Those of the usual metrics of Node.js that the dashboard and the alerts use; there are more.',
    '',
    ...table(PROCESS_DEFINITIONS),
    '',
  ].join('\n');
};
