import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { DEFINITIONS, type MetricDefinition, PROCESS_DEFINITIONS } from './definitions';
import { type Use, usesOf } from './testing/promql';

/** What stands in infra/ rests on the metrics: each that is named there exists, and none is left out of the dashboard. */
const INFRA = resolve(__dirname, '../../../infra');
const read = (path: string): string => readFileSync(join(INFRA, path), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[];
}
const dashboard: { readonly uid: string; readonly panels: readonly Panel[] } = JSON.parse(
  read('grafana/dashboards/rapport.json'),
);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const alerts: readonly {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}[] = parse(read('prometheus/alerts.yml')).groups.flatMap(({ rules }: { rules: unknown[] }) => rules);

/** By the names under which it is scraped; Prometheus itself adds `up`. */
const scraped = new Map<string, MetricDefinition>(
  [...Object.values(DEFINITIONS), ...PROCESS_DEFINITIONS].flatMap((definition) =>
    definition.kind === 'histogram'
      ? ['bucket', 'sum', 'count'].map((part) => [`${definition.name}_${part}`, definition] as const)
      : [[definition.name, definition] as const],
  ),
);
const UP: MetricDefinition = { name: 'up', kind: 'gauge', labels: [], help: '' };
const SCRAPE_LABELS = ['job', 'instance'];

const unknownIn = (uses: readonly Use[]): readonly string[] =>
  uses.flatMap(({ metric, labels }) => {
    const definition = metric === 'up' ? UP : scraped.get(metric);
    if (definition === undefined) return [`no metric ${metric}`];
    const known = [...definition.labels, ...SCRAPE_LABELS, ...(metric.endsWith('_bucket') ? ['le'] : [])];
    return labels.filter((label) => !known.includes(label)).map((label) => `no label ${label} of ${metric}`);
  });

const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));

test('a query is read with its metrics and labels, and what is no query is told', () => {
  expect(usesOf('sum by (le, route) (rate(a_bucket{job=~"$job"}[$__rate_interval])) / b > 1')).toEqual([
    { metric: 'a_bucket', labels: ['job', 'le', 'route'] },
    { metric: 'b', labels: [] },
  ]);
  expect(() => usesOf('sum(rate(a[5m])')).toThrow(SyntaxError);
  expect(unknownIn(usesOf('rapport_http_request_duration_seconds'))).toHaveLength(1);
  expect(unknownIn(usesOf('rapport_touchpoints_total{channel="sse"}'))).toHaveLength(1);
});

test.each(queries)('dashboard, %s: every metric and label exists', (_title, expr) => {
  const uses = usesOf(expr);
  expect(uses.length).toBeGreaterThan(0);
  expect(unknownIn(uses)).toEqual([]);
});

test.each(alerts.map((rule) => [rule.alert, rule] as const))(
  'alert %s: every metric and label exists',
  (_name, rule) => {
    expect(unknownIn(usesOf(rule.expr))).toEqual([]);
    expect(['warning', 'critical']).toContain(rule.labels.severity);
    expect(rule.annotations.summary).toMatch(/\.$/);
    expect(rule.annotations.description).toMatch(/\.$/);
  },
);

test('every metric is on the dashboard', () => {
  const shown = new Set(queries.flatMap(([, expr]) => usesOf(expr).map(({ metric }) => scraped.get(metric)?.name)));
  const missing = [...Object.values(DEFINITIONS), ...PROCESS_DEFINITIONS].filter(({ name }) => !shown.has(name));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test.each(queries)('dashboard, %s: counters are shown as rates, everything else is not', (_title, expr) => {
  for (const { metric } of usesOf(expr)) {
    const counts = scraped.get(metric)?.kind !== 'gauge';
    expect([metric, /\b(rate|increase)\(/.test(expr)]).toEqual([metric, counts]);
  }
});

test.each(panels.map((panel) => [panel.title, panel] as const))(
  'panel %s has a unit that suits what it shows',
  (_title, panel) => {
    const unit = panel.fieldConfig?.defaults.unit;
    for (const { expr, legendFormat } of panel.targets ?? []) {
      const [{ metric }] = usesOf(expr);
      if (/_seconds(_bucket)?$/.test(metric)) expect(unit).toBe('s');
      if (metric.endsWith('_bytes')) expect(unit).toBe('bytes');
      if (/\brate\(/.test(expr) && /_total$|_count$/.test(metric)) expect(unit).toMatch(/^(cps|reqps|short)$/);
      const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      const known = scraped.get(metric)?.labels ?? [];
      for (const label of labels) expect(known).toContain(label);
    }
    expect(unit).toBeDefined();
  },
);

test('panels have ids of their own, fit the grid of 24 columns and cover no other', () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
    expect(x + w).toBeLessThanOrEqual(24);
    return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
  });
  expect(new Set(cells).size).toBe(cells.length);
  expect(dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
    'Intake',
    'Projection',
    'Announcements',
    'Webhooks',
    'Process',
  ]);
});

test('Prometheus loads these alerts, and Grafana this data source and the folder of the dashboards', () => {
  const { rule_files, scrape_configs } = parse(read('prometheus/prometheus.yml'));
  for (const file of rule_files) expect(existsSync(join(INFRA, 'prometheus', file))).toBe(true);
  expect(scrape_configs).toEqual([expect.objectContaining({ job_name: 'rapport', metrics_path: '/metrics' })]);
  expect(parse(read('grafana/provisioning/datasources/prometheus.yml')).datasources).toHaveLength(1);
  expect(parse(read('grafana/provisioning/dashboards/rapport.yml')).providers).toHaveLength(1);
});
