import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** A new secret in the form of Standard Webhooks: `whsec_` and 256 random bits in base64. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

export interface Secrets {
  readonly secret: string;
  readonly oldSecret?: string;
  /** Until then both secrets sign. In milliseconds since 1970. */
  readonly oldSecretUntil?: number;
}

/** Makes the headers that a receiver verifies. `at` is in milliseconds since 1970. */
export type Sign = (id: string, at: number, body: string) => Readonly<Record<string, string>>;

/** @throws Error for a secret that is not in the form of {@link newSecret} */
export const createSigner = ({ secret, oldSecret, oldSecretUntil }: Secrets): Sign => {
  const current = new Webhook(secret);
  const old = oldSecret === undefined ? undefined : { webhook: new Webhook(oldSecret), until: oldSecretUntil ?? 0 };
  return (id, at, body) => {
    const date = new Date(at);
    const signatures = [current.sign(id, date, body)];
    if (old !== undefined && at < old.until) signatures.push(old.webhook.sign(id, date, body));
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1_000)),
      'webhook-signature': signatures.join(' '),
    };
  };
};
