import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { noTraces } from './no-traces';
import { SPAN } from './spans';
import { createTraces } from './traces';

const open = (now?: () => number) => {
  const exporter = new InMemorySpanExporter();
  const traces = createTraces({
    serviceName: 'rapport',
    version: '1.2.3',
    processor: new SimpleSpanProcessor(exporter),
    now,
  });
  return { traces, spans: () => exporter.getFinishedSpans() };
};

const touchpoint = { source: 'shop', id: 'o-1' };

test('one trace holds request, record, decide and deliver, though deliver comes long after the answer', async () => {
  const { traces, spans } = open();
  await traces.span(SPAN.request, { 'http.route': '/v1/touchpoints' }, () =>
    traces.span(SPAN.record, { touchpoints: 1 }, async () => traces.remember(touchpoint)),
  );
  const decidedAt = Date.now() + 7;
  traces.decided(touchpoint, decidedAt, { 'rapport.change': 'c-1' });
  traces.decided({ ...touchpoint, id: 'another' }, decidedAt, {});
  traces.decided(undefined, decidedAt, {});
  await traces.span(SPAN.deliver, {}, async () => {}, traces.contextOf(touchpoint));

  const found = new Map(spans().map((span) => [span.name, span]));
  expect([...found.keys()].sort()).toEqual(['decide', 'deliver', 'record', 'request']);
  expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  const parentOf = (name: string) => found.get(name)?.parentSpanContext?.spanId;
  const idOf = (name: string) => found.get(name)?.spanContext().spanId;
  expect(parentOf('request')).toBeUndefined();
  expect(parentOf('record')).toBe(idOf('request'));
  expect(parentOf('decide')).toBe(idOf('record'));
  expect(found.get('decide')?.endTime[0]).toBe(Math.floor(decidedAt / 1_000));
  expect(found.get('decide')?.attributes).toEqual({ 'rapport.change': 'c-1' });
  expect(parentOf('deliver')).toBe(idOf('record'));
  expect(found.get('request')?.resource.attributes).toMatchObject({
    'service.name': 'rapport',
    'service.version': '1.2.3',
  });
});

test('a caller that sends its trace along finds the request in it, and who is called is told of it', async () => {
  const { traces, spans } = open();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  let outgoing: Readonly<Record<string, string>> = {};
  await traces.span(
    SPAN.request,
    {},
    async () => {
      outgoing = traces.outgoing();
    },
    traces.incoming({ traceparent }),
  );
  const [span] = spans();
  expect(span.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(span.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  expect(outgoing).toEqual({ traceparent: `00-0af7651916cd43dd8448eb211c80319c-${span.spanContext().spanId}-01` });
});

test('a traceparent that is none begins a trace of its own', () => {
  const { traces } = open();
  for (const traceparent of ['', 'x', '00-00000000000000000000000000000000-b7ad6b7169203331-01', undefined])
    expect(traces.incoming({ traceparent })).toBeUndefined();
});

test('what a caller does not sample is not remembered', async () => {
  const { traces, spans } = open();
  const parent = traces.incoming({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' });
  await traces.span(SPAN.request, {}, async () => traces.remember(touchpoint), parent);
  expect(traces.contextOf(touchpoint)).toBeUndefined();
  expect(spans()).toEqual([]);
});

test('a failure is recorded on its span, without secrets, and reaches the caller as it was', async () => {
  const { traces, spans } = open();
  const error = new Error('refused whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  await expect(traces.span(SPAN.deliver, {}, () => Promise.reject(error))).rejects.toBe(error);
  await expect(
    traces.span(SPAN.deliver, {}, () => {
      throw error;
    }),
  ).rejects.toBe(error);
  expect(spans()).toHaveLength(2);
  for (const { status, events } of spans()) {
    expect(status).toEqual({ code: 2, message: 'refused [redacted]' });
    expect(events[0].attributes).toMatchObject({ 'exception.message': 'refused [redacted]' });
  }
});

test('a touchpoint is forgotten after ten minutes', async () => {
  let now = 0;
  const { traces } = open(() => now);
  await traces.span(SPAN.request, {}, async () => traces.remember(touchpoint));
  now = 10 * 60_000;
  expect(traces.contextOf(touchpoint)).toBeDefined();
  now += 1;
  expect(traces.contextOf(touchpoint)).toBeUndefined();
  expect(traces.contextOf(undefined)).toBeUndefined();
});

test('work under way at the same time keeps to its own trace', async () => {
  const { traces, spans } = open();
  const one = (id: string) =>
    traces.span(SPAN.request, { id }, async () => {
      await new Promise(setImmediate);
      await traces.span(SPAN.record, { id }, () => new Promise<void>((resolve) => setImmediate(resolve)));
    });
  await Promise.all([one('a'), one('b'), one('c')]);
  const traceOf = (name: string, id: string) =>
    spans()
      .find((span) => span.name === name && span.attributes.id === id)
      ?.spanContext().traceId;
  for (const id of ['a', 'b', 'c']) expect(traceOf('record', id)).toBe(traceOf('request', id));
  expect(new Set(['a', 'b', 'c'].map((id) => traceOf('request', id))).size).toBe(3);
});

test('without a collector work runs as it is, and nothing is remembered', async () => {
  const result = { value: 1 };
  expect(await noTraces.span(SPAN.request, {}, async () => result)).toBe(result);
  await noTraces.span(SPAN.request, {}, async () => noTraces.remember(touchpoint));
  expect(noTraces.contextOf(touchpoint)).toBeUndefined();
  expect(noTraces.outgoing()).toEqual({});
});
