import { openMetricsText } from './open-metrics';
import { createMetrics } from './prometheus';

/** What may stand behind the name of a family in the names of its samples (OpenMetrics 1.0, Suffixes). */
const SUFFIXES: Readonly<Record<string, RegExp>> = {
  counter: /^_total$/,
  gauge: /^$/,
  histogram: /^_(bucket|sum|count)$/,
  info: /^_info$/,
};

const registryWithAll = () => {
  const metrics = createMetrics({ version: '1.2.3', processMetrics: true });
  metrics.touchpoints('recorded', 2);
  metrics.request({ method: 'POST', route: '/v1/say "x\\y"', status: 200 }, 0.3);
  metrics.delivery('delivered', 70);
  return metrics.registry;
};

test('every sample stands with its family, under a name that its type allows, and the page ends as it must', async () => {
  const lines = openMetricsText(await registryWithAll().metrics()).split('\n');
  expect(lines.slice(-2)).toEqual(['# EOF', '']);
  expect(lines.filter((line) => line === '# EOF')).toHaveLength(1);
  let family = { name: '', type: '' };
  const seen = new Set<string>();
  for (const line of lines.slice(0, -2)) {
    expect(line).not.toBe('');
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined) {
      expect(seen).not.toContain(name);
      seen.add(name);
      family = { name, type };
    } else if (!line.startsWith('# HELP ')) {
      expect(line).toMatch(/^[a-z][a-z0-9_]*(\{.*\})? (-?[\d.]+(e[+-]\d+)?|\+Inf|nan)$/i);
      const sample = /^[a-z][a-z0-9_]*/.exec(line)![0];
      expect(sample.startsWith(family.name)).toBe(true);
      expect(sample.slice(family.name.length)).toMatch(SUFFIXES[family.type]);
    }
  }
  expect(seen).toContain('rapport_touchpoints');
  expect(seen).toContain('rapport_build');
});

test('what OpenMetrics writes otherwise is written so: counters, bounds, quotes in help', async () => {
  const text = openMetricsText(await registryWithAll().metrics());
  for (const line of [
    '# TYPE rapport_touchpoints counter',
    'rapport_touchpoints_total{outcome="recorded"} 2',
    '# TYPE rapport_build info',
    'rapport_webhook_delivery_duration_seconds_bucket{le="300.0"} 1',
    'rapport_webhook_delivery_duration_seconds_bucket{le="0.025"} 0',
    'rapport_http_request_duration_seconds_count{method="POST",route="/v1/say \\"x\\\\y\\"",status="200"} 1',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/^# HELP rapport_parked_customers .*\\"rapport parked\\" says why\.$/m);
});

test('asking for it changes nothing of the text format', async () => {
  const registry = registryWithAll();
  const names = (text: string) => [...text.matchAll(/^# TYPE .*$/gm)].map(([line]) => line);
  const before = names(await registry.metrics());
  openMetricsText(await registry.metrics());
  expect(names(await registry.metrics())).toEqual(before);
});
