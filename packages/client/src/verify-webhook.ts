import { Webhook } from 'standardwebhooks';
import { type ChangeEvent, isChangeEvent, isTestEvent, type TestEvent } from './change-event';
import { WebhookVerificationError } from './errors';

/** Headers as Node, Fetch and most frameworks give them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const NEEDED = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
/** Standard Webhooks: an older request may be one that was overheard and is sent again. */
const TOLERANCE_SECONDS = 5 * 60;

const headerOf = (headers: WebhookHeaders, name: string): string => {
  if (headers instanceof Headers) return headers.get(name) ?? '';
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === 'string' ? value : (value?.join(' ') ?? '');
};

const checkedTime = (text: string): void => {
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds))
    throw new WebhookVerificationError('bad-timestamp', `webhook-timestamp is not a time in seconds: ${text}`);
  const age = Math.floor(Date.now() / 1000) - seconds;
  if (age > TOLERANCE_SECONDS)
    throw new WebhookVerificationError(
      'too-old',
      `The request was signed ${age} seconds ago; more than ${TOLERANCE_SECONDS} are not accepted. Check this machine's clock.`,
    );
  if (-age > TOLERANCE_SECONDS)
    throw new WebhookVerificationError(
      'too-new',
      `The request was signed ${-age} seconds in the future. Check this machine's clock.`,
    );
};

/**
 * The event of a webhook request, once its signature is verified (https://www.standardwebhooks.com). While a secret is
 * being rotated, pass the old and the new one. When a subscription is tested, the event is a {@link TestEvent}.
 *
 * @param rawBody the body as it came, byte for byte: parsed and written again it has another signature
 * @throws WebhookVerificationError with the reason; TypeError for an invalid secret
 * @example
 * const event = verifyWebhook(process.env.RAPPORT_WEBHOOK_SECRET, request.headers, rawBody);
 */
export const verifyWebhook = (
  secrets: string | readonly string[],
  headers: WebhookHeaders,
  rawBody: string | Uint8Array,
): ChangeEvent | TestEvent => {
  const given = Object.fromEntries(NEEDED.map((name) => [name, headerOf(headers, name)]));
  for (const name of NEEDED)
    if (given[name] === '') throw new WebhookVerificationError('missing-header', `The header ${name} is missing.`);
  checkedTime(headerOf(headers, 'webhook-timestamp'));
  const body = textOf(rawBody);
  const keys = typeof secrets === 'string' ? [secrets] : secrets;
  if (body === undefined || !keys.some((secret) => isSignedWith(secret, given, body)))
    throw new WebhookVerificationError(
      'bad-signature',
      'No signature fits: the secret is another one, or the body is not as it was sent. Verify the raw body.',
    );
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    throw new WebhookVerificationError('not-json', 'The body is not JSON.');
  }
  if (!isChangeEvent(document) && !isTestEvent(document))
    throw new WebhookVerificationError('not-a-change', 'The body is signed, but this client does not know the event.');
  return document;
};

/** Undefined for bytes that are not UTF-8: no sender signed those. */
const textOf = (body: string | Uint8Array): string | undefined => {
  if (typeof body === 'string') return body;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
};

const isSignedWith = (secret: string, headers: Record<string, string>, body: string): boolean => {
  const webhook = webhookOf(secret);
  try {
    webhook.verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
};

const webhookOf = (secret: string): Webhook => {
  try {
    return new Webhook(secret);
  } catch {
    throw new TypeError('A webhook secret is the text "whsec_..." that was shown when the subscription was created.');
  }
};
