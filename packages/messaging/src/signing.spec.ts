import { Webhook } from 'standardwebhooks';
import { createSigner, newSecret } from './signing';

const BODY = '{"type":"relationship.stageChanged.v1","subject":"Zoë"}';

test('a secret has 256 random bits in the form of Standard Webhooks', () => {
  const secrets = Array.from({ length: 50 }, newSecret);
  expect(new Set(secrets).size).toBe(50);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  }
});

test('a receiver with the secret verifies it by the library; one with another secret or another body does not', () => {
  const secret = newSecret();
  const headers = createSigner({ secret })('change-1', Date.now(), BODY);
  expect(new Webhook(secret).verify(BODY, headers)).toMatchObject({ subject: 'Zoë' });
  expect(() => new Webhook(newSecret()).verify(BODY, headers)).toThrow(/No matching signature/);
  expect(() => new Webhook(secret).verify(BODY.replace('Zoë', 'Zoe'), headers)).toThrow(/No matching signature/);
});

test('the old secret signs beside the new one until its time is over', () => {
  const [oldSecret, secret] = [newSecret(), newSecret()];
  const now = Date.now();
  const sign = createSigner({ secret, oldSecret, oldSecretUntil: now + 1 });
  for (const one of [secret, oldSecret]) new Webhook(one).verify(BODY, sign('change-1', now, BODY));
  const later = sign('change-1', now + 1, BODY);
  new Webhook(secret).verify(BODY, later);
  expect(() => new Webhook(oldSecret).verify(BODY, later)).toThrow(/No matching signature/);
});
