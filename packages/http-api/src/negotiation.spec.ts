import { preferred } from './negotiation';

const TYPES = ['text/plain', 'application/openmetrics-text'] as const;
const PROMETHEUS =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

test.each([
  ['nothing', undefined, 'text/plain'],
  ['anything', '*/*', 'text/plain'],
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/plain'],
  ['Prometheus 3', PROMETHEUS, 'application/openmetrics-text'],
  ['OpenMetrics alone', 'application/openmetrics-text', 'application/openmetrics-text'],
  ['both as much', 'application/openmetrics-text, text/plain', 'text/plain'],
  ['OpenMetrics less', 'text/plain;q=0.9, application/openmetrics-text;q=0.5', 'text/plain'],
  ['all but text', '*/*, text/plain;q=0', 'application/openmetrics-text'],
  ['any application', 'application/*, text/plain; q=0.5', 'application/openmetrics-text'],
])('who asks for %s is given what they want most', (_, accept, expected) =>
  expect(preferred(accept, TYPES)).toBe(expected),
);
