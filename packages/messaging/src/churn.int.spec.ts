import fc from 'fast-check';
import { createSetting, ok, recordRounds, status, subscribe } from './testing';

const CUSTOMERS = 12;

const action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('record' as const), n: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('deliver' as const), n: fc.integer({ min: 1, max: 40 }) }) },
  ...(['pause', 'resume', 'stop', 'move', 'filter', 'rotate', 'redeliver', 'fail', 'mend', 'list'] as const).map(
    (does) => ({ weight: 1, arbitrary: fc.record({ does: fc.constant(does), n: fc.nat({ max: 1_000 }) }) }),
  ),
);

test('whatever is done to a subscription, every change arrives, in order per customer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 40 }), async (actions) => {
      const setting = createSetting();
      let requests = 0;
      let failing = false;
      const receivers = [1, 2].map(() =>
        setting.receiver((response) => {
          const bad = failing || requests++ % 3 === 0;
          (bad ? status(500) : ok)(response);
        }),
      );
      const [one, other] = await Promise.all(receivers);
      const accepted = () => [...one.accepted, ...other.accepted].sort((a, b) => a.at - b.at);
      const open = () => setting.open({ options: { heldDeliveries: 40, keptDeliveries: 30, concurrency: 4 } });
      let webhooks = await open();
      const { id } = await subscribe(webhooks, { url: one.url });
      let rounds = 0;
      for (const { does, n } of actions) {
        if (does === 'record') {
          await recordRounds(setting.log, CUSTOMERS, n, rounds + 1);
          rounds += n;
        }
        if (does === 'deliver') {
          const wanted = one.received.length + other.received.length + n;
          for (let tries = 0; tries < 20 && one.received.length + other.received.length < wanted; tries++) {
            setting.clock.pass(500);
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        }
        if (does === 'pause') await webhooks.update(id, { status: 'paused' });
        if (does === 'resume') await webhooks.update(id, { status: 'active' });
        if (does === 'stop') {
          await webhooks.stop();
          webhooks = await open();
        }
        if (does === 'move') await webhooks.update(id, { url: n % 2 === 0 ? one.url : other.url });
        if (does === 'filter') await webhooks.update(id, { filter: { kinds: ['stageChanged'] } });
        if (does === 'rotate') await webhooks.rotateSecret(id);
        if (does === 'redeliver') {
          const { deliveries } = await webhooks.deliveries({ subscription: id, limit: 50 });
          if (deliveries.length > 0) await webhooks.redeliver(id, deliveries[n % deliveries.length].id);
        }
        if (does === 'fail') failing = true;
        if (does === 'mend') failing = false;
        if (does === 'list') await webhooks.list();
      }
      failing = false;
      await webhooks.update(id, { status: 'active' });
      await setting.clock.runUntil(async () => {
        const subscription = await webhooks.get(id);
        return subscription?.waiting === 0 && subscription.cursor === (await setting.log.head());
      });
      await webhooks.stop();
      const seen = new Set<string>();
      const sequences = new Map<string, number>();
      for (const { id: change, customer, sequence } of accepted()) {
        if (seen.has(change)) continue;
        seen.add(change);
        expect(sequence).toBe((sequences.get(customer) ?? 0) + 1);
        sequences.set(customer, sequence);
      }
      expect(seen.size).toBe(CUSTOMERS * rounds);
      await setting.end();
    }),
    { numRuns: Number(process.env.RAPPORT_CHURN_RUNS ?? 12) },
  );
});
