import { DEFINITIONS, type MetricDefinition, PROCESS_DEFINITIONS } from './definitions';
import type { EngineGauges } from './metrics';
import { createMetrics } from './prometheus';

const quietMetrics = (onObserveFailure?: (error: unknown) => void) =>
  createMetrics({ version: '1.2.3', processMetrics: false, onObserveFailure });

const GAUGES: EngineGauges = {
  lagPositions: 12,
  lagSeconds: 0.034,
  projectedTouchpoints: 1_000,
  lateTouchpoints: 7,
  decisions: 130,
  parkedCustomers: 2,
  sseSubscribers: 3,
  webhookSubscriptions: { active: 4, paused: 1, disabled: 1 },
  webhookWaiting: 9,
  webhookDeadLetters: 5,
  logEvents: 1_130,
  disk: {
    files: new Map([
      ['events.sqlite', 4_096],
      ['events.sqlite-wal', 32],
    ]),
    freeBytes: 1e12,
    sizeBytes: 2e12,
  },
};

const own: readonly MetricDefinition[] = Object.values(DEFINITIONS);

test('the registry holds exactly what is defined, under the same kind and help', async () => {
  const { registry } = quietMetrics();
  const found = (await registry.getMetricsAsJSON()).map(({ name, type, help }) => ({ name, type: String(type), help }));
  const expected = own.map(({ name, kind, help }) => ({ name, type: kind, help }));
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
  expect(found.sort(byName)).toEqual(expected.sort(byName));
});

test('names follow the conventions: base units, counters and only counters end in total', () => {
  for (const { name, kind, labels, buckets } of [...own, ...PROCESS_DEFINITIONS]) {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name).not.toMatch(/milliseconds|_ms|_kb|percent/);
    expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter']);
    expect(labels).not.toContain('customer');
    if (buckets !== undefined) expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);
  }
});

test('what is counted is scraped', async () => {
  const metrics = quietMetrics();
  metrics.touchpoints('recorded', 98);
  metrics.touchpoints('duplicate', 2);
  metrics.request({ method: 'POST', route: '/v1/touchpoints', status: 200 }, 0.02);
  metrics.announced('stageChanged', 'sse', 3);
  metrics.delivery('delivered', 0.2);
  metrics.delivery('failed', 0.2);
  metrics.subscriberDisconnected('slow');
  const text = await metrics.registry.metrics();
  const lines = text.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'rapport_touchpoints_total{outcome="recorded"} 98',
      'rapport_touchpoints_total{outcome="duplicate"} 2',
      'rapport_touchpoints_total{outcome="rejected"} 0',
      'rapport_http_request_duration_seconds_count{method="POST",route="/v1/touchpoints",status="200"} 1',
      'rapport_http_request_duration_seconds_bucket{le="0.01",method="POST",route="/v1/touchpoints",status="200"} 0',
      'rapport_http_request_duration_seconds_bucket{le="0.025",method="POST",route="/v1/touchpoints",status="200"} 1',
      'rapport_announcements_total{kind="stageChanged",channel="sse"} 3',
      'rapport_webhook_attempts_total{outcome="delivered"} 1',
      'rapport_webhook_attempts_total{outcome="failed"} 1',
      'rapport_webhook_delivery_duration_seconds_count 1',
      'rapport_sse_disconnects_total{reason="slow"} 1',
      `rapport_build_info{version="1.2.3",node="${process.version}"} 1`,
    ]),
  );
});

test('the engine is asked once a scrape, for all gauges and totals together', async () => {
  const metrics = quietMetrics();
  let asked = 0;
  metrics.observe(async () => {
    asked++;
    return { ...GAUGES, decisions: GAUGES.decisions + asked };
  });
  const first = await metrics.registry.metrics();
  const second = await metrics.registry.metrics();
  expect(asked).toBe(2);
  expect(first.split('\n')).toEqual(
    expect.arrayContaining([
      'rapport_projection_lag_positions 12',
      'rapport_projection_lag_seconds 0.034',
      'rapport_projected_touchpoints_total 1000',
      'rapport_late_touchpoints_total 7',
      'rapport_decisions_total 131',
      'rapport_parked_customers 2',
      'rapport_sse_subscribers 3',
      'rapport_webhook_subscriptions{status="active"} 4',
      'rapport_webhook_subscriptions{status="disabled"} 1',
      'rapport_webhook_waiting 9',
      'rapport_webhook_dead_letters 5',
      'rapport_log_events 1130',
      'rapport_data_file_bytes{file="events.sqlite"} 4096',
      'rapport_data_file_bytes{file="events.sqlite-wal"} 32',
      'rapport_data_filesystem_avail_bytes 1000000000000',
      'rapport_data_filesystem_size_bytes 2000000000000',
    ]),
  );
  expect(second).toContain('\nrapport_decisions_total 132\n');
});

test('gauges that cannot be read are missing from the scrape rather than old, and the rest is there', async () => {
  const failures: unknown[] = [];
  const metrics = quietMetrics((error) => failures.push(error));
  let broken = false;
  metrics.observe(async () => {
    if (broken) throw new Error('closed');
    return GAUGES;
  });
  metrics.touchpoints('recorded', 5);
  await metrics.registry.metrics();
  broken = true;
  const text = await metrics.registry.metrics();
  expect(failures).toEqual([new Error('closed')]);
  expect(text).not.toMatch(/^rapport_projection_lag_seconds /m);
  expect(text).not.toMatch(/^rapport_webhook_subscriptions\{/m);
  expect(text).not.toMatch(/^rapport_data_/m);
  expect(text).toContain('rapport_touchpoints_total{outcome="recorded"} 5');
});

test('a disk that cannot be looked at is missing from the scrape, and nothing else', async () => {
  const metrics = quietMetrics();
  let disk: EngineGauges['disk'] = GAUGES.disk;
  metrics.observe(async () => ({ ...GAUGES, disk }));
  expect(await metrics.registry.metrics()).toMatch(/^rapport_data_filesystem_avail_bytes /m);
  disk = undefined;
  const text = await metrics.registry.metrics();
  expect(text).not.toMatch(/^rapport_data_/m);
  expect(text).toContain('\nrapport_log_events 1130\n');
});

test('no gauge of the process is named as a counter is', async () => {
  const { registry } = createMetrics({ version: '1.2.3', processMetrics: true });
  const named = (await registry.getMetricsAsJSON()).filter(({ name }) => name.endsWith('_total'));
  expect(named.filter(({ type }) => String(type) !== 'counter')).toEqual([]);
  expect(named.length).toBeGreaterThan(5);
});
