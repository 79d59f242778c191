/**
 * The whole engine killed at random moments under load, with subscribers of every kind. What it promises must hold:
 * what it acknowledged is in the log once; every change reaches every subscriber, in order per customer, under one id.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChangeEvent, createRapportClient, verifyWebhook } from '@rapport/client';
import { compileRuleset, RETAIL, rulesetHash } from '@rapport/domain';
import { changeMatcher, decisionOf, verify } from '@rapport/engine';
import { openEventLog, subjectOf } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { eventually, seededRandom } from '@rapport/runtime/testing';
import { type KilledEngine, killedEngine } from './testing/killed-engine';
import { type Received, type WebhookReceiver, webhookReceiver } from './testing/webhook-receiver';

/** More kills find rarer faults. */
const KILLS = Number(process.env.RAPPORT_CHAOS_KILLS ?? 200);
const LONGEST_LIFE_MS = 400;
const BATCH = 10;
const TYPES = ['order.completed', 'message.received', 'order.completed', 'complaint.opened', 'email.opened'];

const directory = mkdtempSync(join(tmpdir(), 'rapport-chaos-'));
let engine: KilledEngine | undefined;
afterAll(async () => {
  await engine?.kill();
  for (const one of receivers) await one.close();
  rmSync(directory, { recursive: true, force: true });
});

/** The same numbers at every run. When a kill happens still depends on the machine. */
const random = seededRandom(20_261_121);

let sent = 0;
let customers = 20;
const nextBatch = (): readonly Readonly<Record<string, unknown>>[] =>
  Array.from({ length: BATCH }, () => {
    const n = ++sent;
    if (random() < 0.06) customers++;
    const type = TYPES[Math.floor(random() * TYPES.length)];
    const customer = `c-${Math.floor(random() * customers)}`;
    const late = random() < 0.1 ? 40 * 86_400_000 * random() : 0;
    return {
      id: `t-${n}`,
      source: 'chaos',
      type,
      customer,
      occurredAt: new Date(Date.now() - late).toISOString(),
      data: type === 'complaint.opened' ? { caseId: `case-${n}`, severity: 'high' } : {},
    };
  });

const acknowledged = new Set<string>();

/** Sends batch after batch; one whose answer was lost is sent again, or given up as a sender would that died. */
const sendUntil = async (url: string, over: AbortSignal): Promise<void> => {
  while (!over.aborted) {
    const batch = nextBatch();
    for (let answered = false; !answered && !over.aborted; ) {
      try {
        const response = await fetch(`${url}/v1/touchpoints`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(batch),
        });
        const answer = (await response.json()) as { results: readonly { id: string; status: string }[] };
        if (response.ok)
          for (const { id, status } of answer.results)
            if (status === 'recorded' || status === 'duplicate') acknowledged.add(id);
            else throw new Error(`refused: ${JSON.stringify(answer)}`);
        answered = true;
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('refused')) throw error;
        if (random() < 0.3) break;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }
};

const receivers: WebhookReceiver[] = [];
const secrets = new Map<WebhookReceiver, string>();

const receiver = async (behaviour: { delay?(): number; fails?(): boolean }): Promise<WebhookReceiver> => {
  const one: WebhookReceiver = await webhookReceiver({
    ...behaviour,
    verify: (headers, body) => verifyWebhook(secrets.get(one) ?? '', headers as Record<string, string>, body),
  });
  receivers.push(one);
  return one;
};

const subscribe = async (engine: KilledEngine, to: WebhookReceiver): Promise<void> => {
  const response = await fetch(`${engine.url}/v1/subscriptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: to.url, filter: { kinds: ['stageChanged', 'signalRaised', 'signalCleared'] } }),
  });
  const created = (await response.json()) as { secret: string };
  if (response.status !== 201) throw new Error(JSON.stringify(created));
  secrets.set(to, created.secret);
};

/** Repeated ids dropped: what a subscriber handles. */
const handled = (received: readonly Received[]): readonly Received[] => {
  const seen = new Set<string>();
  return received.filter(({ id }) => !seen.has(id) && seen.add(id));
};

/** For all that is left to do after the last kill, on a busy machine. */
const PATIENCE_MS = 300_000;

test(
  `after ${KILLS} kills everything acknowledged is recorded once, and every change reached every subscriber in order`,
  async () => {
    const running = await killedEngine(directory, {
      RAPPORT_WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'true',
      RAPPORT_WEBHOOKS_ALLOW_HTTP: 'true',
      RAPPORT_WEBHOOKS_RETRY_FIRST: 'PT0.05S',
      RAPPORT_WEBHOOKS_RETRY_LONGEST: 'PT1S',
    });
    engine = running;
    const good = await receiver({});
    const slow = await receiver({ delay: () => 20 + 60 * random() });
    const failing = await receiver({ fails: () => random() < 0.5 });
    await running.start();
    for (const one of [good, slow, failing]) await subscribe(running, one);

    const reading = new AbortController();
    const streamed: ChangeEvent[] = [];
    const client = createRapportClient({ baseUrl: running.url, key: 'none' });
    const stream = (async () => {
      const backoff = { first: 10, longest: 200, factor: 2 };
      const filter = { kinds: ['stageChanged', 'signalRaised', 'signalCleared'] as const };
      for await (const { event } of client.stageChanges({ after: 'start', filter, backoff, signal: reading.signal }))
        streamed.push(event);
    })();

    const over = new AbortController();
    const senders = Promise.all([0, 1].map(() => sendUntil(running.url, over.signal)));
    const refused = new Promise<never>((_, reject) => senders.catch(reject));
    for (let kill = 0; kill < KILLS; kill++) {
      await Promise.race([refused, new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LIFE_MS))]);
      await running.kill();
      await running.start();
    }
    // On a busy machine little is acknowledged between two kills; without kills the rest comes.
    await Promise.race([refused, eventually(() => acknowledged.size > KILLS * BATCH, PATIENCE_MS)]);
    over.abort();
    await senders;

    // What the log holds is what there is to hear.
    const matches = changeMatcher({ kinds: ['stageChanged', 'signalRaised', 'signalCleared'] });
    const log = await openEventLog({ kind: 'sqlite', path: join(directory, 'events.sqlite') }, { mode: 'read' });
    const recorded = new Map<string, number>();
    let head = await log.head();
    const isProjected = async (): Promise<boolean> => {
      const metrics = await (await fetch(`${running.url}/metrics`)).text();
      if (!/^rapport_projection_lag_positions 0$/m.test(metrics)) return false;
      // What was folded was decided before: now all decisions are in the log.
      head = await log.head();
      return true;
    };
    await eventually(isProjected, PATIENCE_MS);
    const expected: { readonly id: string; readonly customer: string; readonly sequence: number }[] = [];
    for await (const page of log.readAll({ until: head }))
      for (const event of page) {
        const decision = decisionOf(event, subjectOf(event.stream));
        if (decision === undefined) recorded.set(event.id, (recorded.get(event.id) ?? 0) + 1);
        else if (matches(decision))
          expected.push({ id: decision.id, customer: decision.customer, sequence: decision.sequence });
      }
    const missing = (ids: ReadonlySet<string>) => expected.filter(({ id }) => !ids.has(id));
    const reached = async (who: string, ids: () => ReadonlySet<string>): Promise<void> => {
      await eventually(() => missing(ids()).length === 0, PATIENCE_MS).catch(async () => {
        const subscriptions = await (await fetch(`${running.url}/v1/subscriptions`)).text().catch(String);
        const lost = JSON.stringify(missing(ids()).slice(0, 10));
        throw new Error(
          `${who}: ${missing(ids()).length} of ${expected.length} changes never came: ${lost}\n${subscriptions}\n${running.said()}`,
        );
      });
    };
    for (const [who, one] of Object.entries({ good, slow, failing }))
      await reached(who, () => new Set(one.received.map(({ id }) => id)));
    await reached('the stream', () => new Set(streamed.map(({ id }) => id)));
    reading.abort();
    await stream;
    expect(await running.stop()).toBe(0);

    expect([...acknowledged].filter((id) => recorded.get(id) !== 1)).toEqual([]);
    expect([...recorded.values()].filter((times) => times !== 1)).toEqual([]);
    expect(expected.length).toBeGreaterThan(KILLS);
    expect(new Set(expected.map(({ id }) => id)).size).toBe(expected.length);

    const orderOf = (events: readonly { readonly customer: string; readonly sequence: number }[]) => {
      const byCustomer = new Map<string, number[]>();
      for (const { customer, sequence } of events)
        byCustomer.set(customer, [...(byCustomer.get(customer) ?? []), sequence]);
      return Object.fromEntries([...byCustomer].sort(([a], [b]) => (a < b ? -1 : 1)));
    };
    const wanted = orderOf(expected);
    for (const sequences of Object.values(wanted)) expect(sequences).toEqual(sequences.map((_, i) => i + 1));
    for (const one of receivers) {
      const once = handled(one.received).filter(({ id }) => expected.some((event) => event.id === id));
      expect(once.length).toBe(expected.length);
      expect(orderOf(once)).toEqual(wanted);
    }
    // The client drops repeated ids by itself, and the stream is in the order of the log.
    expect(streamed.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));

    const factors = Object.fromEntries(compileRuleset(RETAIL).factors.map(({ id, ...parameters }) => [id, parameters]));
    const readModel = await openReadModel(
      { kind: 'sqlite', path: join(directory, 'relationships.sqlite') },
      { mode: 'read', factors },
    );
    const location = { kind: 'sqlite', path: join(directory, 'events.sqlite') } as const;
    const report = await verify({ log: location, readModel, rulesets: { [rulesetHash(RETAIL)]: RETAIL } });
    expect(report.problems).toEqual([]);
    expect((await log.verifyIntegrity()).problems).toEqual([]);
    await readModel.close();
    await log.close();
  },
  60 * 60_000,
);
