import { isRight } from 'fp-ts/Either';
import { standardCatalogue } from './catalogue';
import { catalogueWith } from './custom-types';
import { decodeTouchpoint } from './decode-touchpoint';
import { describeCatalogue } from './describe-catalogue';
import { misspeltFields } from './misspelt-fields';

const NOW = Date.parse('2026-03-01T13:00:00Z');

const warned = (over: object, catalogue = standardCatalogue): readonly string[] => {
  const input = {
    id: '1',
    source: 'shop',
    type: 'order.completed',
    customer: 'c-1',
    occurredAt: '2026-03-01T12:00:00Z',
    ...over,
  };
  const decoded = decodeTouchpoint(input, { catalogue, now: NOW });
  if (!isRight(decoded)) throw new Error(JSON.stringify(decoded.left));
  return misspeltFields(decoded.right, catalogue, input).map(({ message }) => message);
};

const meant = (data: object): readonly string[] =>
  warned({ data }).map((message) =>
    message.replace(/ is kept, but is not a field of order\.completed; did you mean /, ' → '),
  );

describe('fields that look misspelt', () => {
  it('are found in data, whichever way they are written', () => {
    expect(meant({ order_id: 'o-1', promised_at: '2026-03-05T12:00:00Z', Total: 3, totl: 3 })).toEqual([
      'data.order_id → "orderId"?',
      'data.promised_at → "promisedAt"?',
      'data.Total → "total"?',
      'data.totl → "total"?',
    ]);
    expect(warned({ data: { 'order-id': 'o-1' } })).toEqual([
      'data.order-id is kept, but is not a field of order.completed; did you mean "orderId"?',
    ]);
  });

  it('are reported once for a list', () => {
    const items = [{ SKU: 'a', price: 1 }, { SKU: 'b' }, { sku: 'c', quantiy: 2 }];
    expect(meant({ items })).toEqual(['data.items[].SKU → "sku"?', 'data.items[].quantiy → "quantity"?']);
  });

  it('are found beside data, where they are dropped', () => {
    expect(warned({ staff_id: 'ann' })).toEqual(['staff_id is not read; did you mean "staff"?']);
    expect(warned({ correlation_id: 'x', recorded_at: 'x' })).toEqual([
      'correlation_id is not read; did you mean "correlationId"?',
      'recorded_at is not read; did you mean "recordedAt"?',
    ]);
    expect(warned({ total: 3, order_id: 'o-1' })).toEqual([
      'total is not read beside data; did you mean "data.total"?',
      'order_id is not read beside data; did you mean "data.orderId"?',
    ]);
    expect(warned({ data: { staff_id: 'ann' } })).toEqual([
      'data.staff_id is kept, but is not a field of order.completed; did you mean "staff" beside data?',
    ]);
  });

  it('are reported for CloudEvents by their names', () => {
    const event = {
      specversion: '1.0',
      type: 'touchpoint.order.completed.v1',
      subject: 'c-1',
      time: '2026-03-01T12:00:00Z',
      customer: undefined,
      occurredAt: undefined,
    };
    expect(warned({ ...event, staffid: 'ann', correlationId: 'x', recordedAt: 'x', traceparent: 'x' })).toEqual([
      'staffid is not read; did you mean "staff"?',
      'correlationId is not read; did you mean "correlationid"?',
      'recordedAt is not read; did you mean "recordedtime"?',
    ]);
    expect(warned({ ...event, data: { total: 1 }, sampledrate: 1, partitionkey: 'x' })).toEqual([]);
  });

  it('are found for the types of a ruleset', () => {
    const catalogue = catalogueWith({
      'visit.booked': { type: 'object', properties: { serialNumber: { type: 'string' }, seats: { type: 'integer' } } },
    });
    if (!isRight(catalogue)) throw new Error('the type is refused');
    expect(warned({ type: 'visit.booked', data: { serial_number: 'x', seats: 2 } }, catalogue.right)).toEqual([
      'data.serial_number is kept, but is not a field of visit.booked; did you mean "serialNumber"?',
    ]);
  });

  it('are not those that resemble nothing, nor those that stand beside what they resemble', () => {
    expect(
      warned({ data: { orderId: 'o-1', order_id: 'legacy', colour: 'red', weight: 3, note: 'x', utm: {} } }),
    ).toEqual([]);
    expect(warned({ campaign: 'x', data: { total: 3 }, total: 3 })).toEqual([]);
  });

  it('are few, and looked for within bounds', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`unknown${i}`, 1]));
    const begun = performance.now();
    expect(warned({ data: { ...many, order_id: 'late' } })).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(2000);
    const spelt = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`order${'_'.repeat(i + 1)}id`, 1]));
    expect(warned({ data: spelt })).toHaveLength(20);
  });

  it('are found of every field of the catalogue, and none is taken for another one', () => {
    for (const { type, versions, fields } of describeCatalogue()) {
      const [version] = versions.slice(-1);
      const names = fields.map(({ name }) => name).filter((name) => !name.includes('.'));
      const data = Object.fromEntries(names.map((name) => [name, 'x']));
      expect(misspeltFields({ type, version, data }, standardCatalogue)).toEqual([]);
      for (const name of names) {
        const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        for (const spelt of [snake, name.toUpperCase()].filter((one) => !names.includes(one)))
          expect(misspeltFields({ type, version, data: { [spelt]: 'x' } }, standardCatalogue)).toMatchObject([
            { field: `data.${spelt}`, meant: name },
          ]);
      }
    }
  });
});
