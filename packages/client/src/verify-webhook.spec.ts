import { Webhook } from 'standardwebhooks';
import type { WebhookFailure } from './errors';
import { verifyWebhook } from './verify-webhook';

const SECRET = `whsec_${Buffer.from('a secret of some thirty two bytes').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('another secret, of as many bytes').toString('base64')}`;

const event = {
  specversion: '1.0',
  id: 'e1',
  source: 'rapport',
  type: 'relationship.stageChanged.v1',
  subject: 'c-17',
  time: '2026-01-01T00:00:00.000Z',
  recordedtime: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  data: { from: null, to: 'prospect', direction: 'up', cause: 'touchpoint', sequence: 1, note: 'Đã liên hệ' },
};

const signed = (body: string, { secret = SECRET, at = Date.now() } = {}) => ({
  'webhook-id': 'e1',
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': new Webhook(secret).sign('e1', new Date(at), body),
});

const body = JSON.stringify(event);

const refusalOf = (...call: Parameters<typeof verifyWebhook>): WebhookFailure | undefined => {
  try {
    verifyWebhook(...call);
    return undefined;
  } catch (error) {
    return (error as { reason: WebhookFailure }).reason;
  }
};

describe('a webhook request', () => {
  it.each([
    ['text', body],
    ['bytes', Buffer.from(body)],
    ['an array of bytes', new TextEncoder().encode(body)],
  ])('is believed when it is signed, its body given as %s', (_, raw) => {
    expect(verifyWebhook(SECRET, signed(body), raw)).toEqual(event);
  });

  it('is believed with headers of any case, as a list, or of Fetch', () => {
    const headers = signed(body);
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    expect(verifyWebhook(SECRET, upper, body).id).toBe('e1');
    expect(verifyWebhook(SECRET, new Headers(headers), body).id).toBe('e1');
  });

  it('is believed by the old and the new secret while it is rotated', () => {
    const [old, current] = [signed(body), signed(body, { secret: OTHER })];
    const both = { ...old, 'webhook-signature': `${current['webhook-signature']} ${old['webhook-signature']}` };
    for (const secrets of [SECRET, OTHER, [OTHER, SECRET]]) expect(verifyWebhook(secrets, both, body).id).toBe('e1');
    expect(verifyWebhook([OTHER, SECRET], old, body).id).toBe('e1');
  });

  it('is refused when the body was changed by one character, or written again', () => {
    expect(refusalOf(SECRET, signed(body), body.replace('c-17', 'c-18'))).toBe('bad-signature');
    expect(refusalOf(SECRET, signed(body), JSON.stringify(event, null, 2))).toBe('bad-signature');
    expect(refusalOf(SECRET, signed(body), Buffer.from([0xff, 0xfe]))).toBe('bad-signature');
  });

  it('is refused when another secret, id or time was signed', () => {
    expect(refusalOf(SECRET, signed(body, { secret: OTHER }), body)).toBe('bad-signature');
    expect(refusalOf(SECRET, { ...signed(body), 'webhook-id': 'e2' }, body)).toBe('bad-signature');
    const moved = { ...signed(body), 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 60) };
    expect(refusalOf(SECRET, moved, body)).toBe('bad-signature');
    expect(refusalOf([], signed(body), body)).toBe('bad-signature');
  });

  it('is refused when it is older than five minutes, or from the future', () => {
    expect(refusalOf(SECRET, signed(body, { at: Date.now() - 302_000 }), body)).toBe('too-old');
    expect(refusalOf(SECRET, signed(body, { at: Date.now() + 302_000 }), body)).toBe('too-new');
    expect(refusalOf(SECRET, { ...signed(body), 'webhook-timestamp': '2026-01-01T00:00:00Z' }, body)).toBe(
      'bad-timestamp',
    );
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('is refused without %s', (name) => {
    expect(refusalOf(SECRET, { ...signed(body), [name]: undefined }, body)).toBe('missing-header');
  });

  it('is refused when what was signed is no JSON, or nothing that is announced', () => {
    expect(refusalOf(SECRET, signed('{'), '{')).toBe('not-json');
    expect(refusalOf(SECRET, signed('{}'), '{}')).toBe('not-a-change');
  });

  it('is believed when it is the test of a subscription', () => {
    const test = JSON.stringify({ type: 'rapport.test.v1', id: 'test_1', data: { subscription: 's', message: 'm' } });
    expect(verifyWebhook(SECRET, signed(test), test).type).toBe('rapport.test.v1');
  });

  it('is not looked at with a secret that is none', () => {
    expect(() => verifyWebhook('whsec_', signed(body), body)).toThrow(TypeError);
  });
});
