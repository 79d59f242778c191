import { catalogueWith, decodeTouchpoint, describeCatalogue, standardCatalogue } from '@rapport/domain';
import * as fc from 'fast-check';
import { isRight } from 'fp-ts/Either';
import { keptNames, MASK } from './kept-names';
import { maskText } from './mask-text';

const NAMES = keptNames(standardCatalogue);
const masked = (value: unknown) => JSON.parse(maskText(JSON.stringify(value), NAMES).text);

describe('masking', () => {
  it('keeps what Rapport reads, as it was written', () => {
    const text =
      '{ "id": "1", "source": "shop", "type": "order.complete", "customer": "jane@example.org",\n "occurredAt": "yesterday",' +
      ' "data": {"orderId": 12345678901234567890, "total": "19.99", "items": [{"sku": "s", "name": "Lamp", "price": 1.0}, null], "order_id": "o", "Total": true} }';
    expect(maskText(text, NAMES)).toEqual({ text, masked: 0, at: [], isCut: false });
  });

  it('masks all else: what is unknown, whole objects of it, free texts, and e-mail addresses', () => {
    const event = {
      specversion: '1.0',
      subject: 'c-1',
      data: {
        total: 5,
        note: 'call Jane',
        phone: 491701234567,
        newsletter: true,
        name: 'Jane',
        text: 'your clerk was rude',
        channel: 'ask jane@example.org',
        birthday: null,
        address: { city: 'Hue', id: 'x', lines: ['a', ['b']] },
      },
    };
    expect(masked(event)).toEqual({
      ...event,
      data: {
        total: 5,
        note: MASK,
        phone: MASK,
        newsletter: MASK,
        name: MASK,
        text: MASK,
        channel: MASK,
        birthday: null,
        address: { city: MASK, id: MASK, lines: [MASK, [MASK]] },
      },
    });
    expect(maskText(JSON.stringify(event), NAMES).at.slice(-4)).toEqual([
      '/data/address/city',
      '/data/address/id',
      '/data/address/lines/0',
      '/data/address/lines/1/0',
    ]);
  });

  it('knows calls of Segment, and nothing of the person in them', () => {
    const call = {
      type: 'track',
      event: 'Order Completed',
      messageId: 'm-1',
      userId: 'c-1',
      timestamp: '2026-03-01T12:00:00Z',
      context: { ip: '192.0.2.1', traits: { email: 'a@example.org' } },
      properties: {
        order_id: 'o-1',
        revenue: '19.99',
        products: [{ product_id: 'p', name: 'Lamp' }],
        invitee_email: 'b',
      },
    };
    expect(masked(call)).toEqual({
      ...call,
      context: { ip: MASK, traits: { email: MASK } },
      properties: { ...call.properties, invitee_email: MASK },
    });
  });

  it('knows the fields that a ruleset adds, but none that names a person', () => {
    const catalogue = catalogueWith({
      'visit.booked': { type: 'object', properties: { seats: { type: 'string' }, guestEmail: { type: 'string' } } },
    });
    if (!isRight(catalogue)) throw new Error('the type is refused');
    const { text } = maskText('{"data":{"seats":"two","guestEmail":"jane"}}', keptNames(catalogue.right));
    expect(JSON.parse(text)).toEqual({ data: { seats: 'two', guestEmail: MASK } });
  });

  it('masks names that are somebody’s', () => {
    expect(maskText('{"data":{"jane@example.org":1}}', NAMES).text).not.toContain('jane');
  });

  it.each([
    ['{"id":"1","data":{"note":"Jane Doe","total":1', ['Jane'], ['"total":1']],
    ['{"id":"1,"data":{"note":"Jane Doe"}}', ['Jane', 'Doe'], []],
    ['{"id":"1","note":"Jane "the boss" Doe","total":1}', ['Jane', 'boss', 'Doe'], []],
    ["{'email':'jane@example.org'}", ['jane'], []],
    ['id,name,total\n1,Jane Doe,5\n', ['Jane', 'Doe'], []],
    ['Jane Doe', ['Jane', 'Doe'], []],
    ['"Jane', ['Jane'], []],
    ['[["Jane"],"Doe",{"x":"Jane"}]', ['Jane', 'Doe'], []],
    ['<person name="Jane Doe"/>', ['Jane', 'Doe'], []],
    ['', [], []],
  ])('masks %j too, which is no touchpoint', (text, hidden, kept) => {
    const result = maskText(text, NAMES).text;
    for (const word of hidden) expect(result).not.toContain(word);
    for (const part of kept) expect(result).toContain(part);
  });

  it('of any JSON changes nothing but values, and is the same when done twice; cut anywhere it shows no more', () => {
    const SECRET = 'zq7';
    const secretly = fc.json({ maxDepth: 4 }).map((json) => JSON.stringify({ note: JSON.parse(json), total: SECRET }));
    const shapeOf = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shapeOf)
        : typeof value === 'object' && value !== null
          ? Object.values(value).map(shapeOf)
          : 0;
    fc.assert(
      fc.property(secretly, fc.nat(), (text, at) => {
        const once = maskText(text, NAMES).text;
        expect(shapeOf(JSON.parse(once))).toEqual(shapeOf(JSON.parse(text)));
        expect(maskText(once, NAMES).text).toBe(once);
        const secret = text.replaceAll(SECRET, 'x');
        const cut = JSON.stringify({ note: `a${SECRET}b`, inner: [`${SECRET}`, secret] }).slice(0, at % 60);
        expect(maskText(cut, NAMES).text).not.toContain(SECRET);
      }),
    );
  });

  it('leaves ids, amounts and instants of every type as they are', () => {
    const open = new Set(['text', 'reason', 'topic', 'place', 'to', 'question']);
    for (const { fields } of describeCatalogue())
      for (const { name } of fields) {
        const [first, inner] = name.split('.');
        if (open.has(first) || inner !== undefined) continue;
        expect([name, masked({ data: { [first]: 'x' } }).data[first]]).toEqual([name, 'x']);
      }
  });

  it('is undone by whoever sends it: data with a mask in it is refused', () => {
    const touchpoint = masked({
      id: '1',
      source: 'shop',
      type: 'order.completed',
      customer: 'c-1',
      occurredAt: '2026-03-01T12:00:00Z',
      data: { total: 5, note: 'Jane' },
    });
    const decoded = decodeTouchpoint(touchpoint, { catalogue: standardCatalogue, now: Date.UTC(2026, 5) });
    expect(decoded).toMatchObject({
      left: [{ field: 'data.note', message: expect.stringContaining('take the field out') }],
    });
  });

  it('ends where it gets too long', () => {
    const { text, isCut } = maskText(`{"x":[${'1,'.repeat(10_000)}1]}`, NAMES, 5_000);
    expect([text.length < 5_100, isCut]).toEqual([true, true]);
  });

  it('of the widest and deepest bodies takes a moment', () => {
    for (const text of [
      '['.repeat(32_768),
      `{"items":[${'1,'.repeat(16_000)}`,
      '{"a":'.repeat(6_000),
      '"\\'.repeat(16_000),
    ])
      expect(maskText(text, NAMES).at.length).toBeLessThanOrEqual(20);
  });
});
