import { type DecodeContext, standardCatalogue } from '../index';

/** 2026-07-01T00:00:00Z. */
export const NOW = Date.UTC(2026, 6, 1);

export const context: DecodeContext = { catalogue: standardCatalogue, now: NOW };

/** A right touchpoint in the compact form, except for what a test says. */
export const compact = (over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  id: 't-1',
  source: 'shop',
  type: 'order.completed',
  customer: 'c-17',
  occurredAt: '2026-03-01T12:00:00.000Z',
  data: {},
  ...over,
});

/** A right value of each kind of field, as the catalogue describes it. */
export const SAMPLES: Readonly<Record<string, unknown>> = {
  text: 'some text',
  id: 'x-1',
  boolean: true,
  number: -1.5,
  'number, at least 0': 2,
  money: 19.99,
  'money, may be negative': -19.99,
  'money, a negative amount is turned': 19.99,
  instant: '2026-03-05T00:00:00+07:00',
  object: { colour: 'red' },
  'list of objects': [{}],
  'ISO 4217 code': 'EUR',
  'text, number or boolean': 'yes',
  'low | medium | high | critical | number': 'high',
  'satisfied | unsatisfied | unknown': 'satisfied',
  'nps | csat | ces': 'nps',
};
