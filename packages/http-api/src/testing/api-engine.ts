/** A real engine in a folder of its own, for tests of the HTTP interface: log, read model, projector and feed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, RETAIL, rulesetHash, standardCatalogue } from '@rapport/domain';
import {
  type Clock,
  createChangeFeed,
  createRulesetHistory,
  factorsOf,
  Projector,
  recordTouchpoints,
  systemClock,
} from '@rapport/engine';
import { openEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { openRejections } from '@rapport/rejections';
import { silentTelemetry } from '@rapport/telemetry';
import type { ApiEngine, ApiOptions } from '../api-engine';

export const testOptions: ApiOptions = {
  limits: { body: 8 * 1_048_576, item: 1_048_576, requestsPerMinute: 0, streamsPerKey: 100 },
  sse: { heartbeatMilliseconds: 15_000, slowReaderBytes: 65_536 },
  authentication: false,
};

/** Called where a test asks for a part that it did not bring. */
const notHere = (part: string): never => {
  throw new Error(`This test engine has no ${part}: pass one to testEngine({ ${part} }).`);
};

const missing = <T extends object>(part: string): T =>
  new Proxy({} as T, { get: (_, name) => (name === 'then' ? undefined : () => notHere(part)) });

export interface TestEngine extends ApiEngine {
  readonly directory: string;
  /** Everything that was recorded is in the read model. */
  caughtUp(): Promise<void>;
  close(): Promise<void>;
}

export interface TestEngineOptions extends Partial<ApiEngine> {
  readonly clock?: Clock;
  /** `full` (on the disk before the answer) for tests of speed and of kills; `off` when absent. */
  readonly synchronous?: 'full' | 'off';
}

/**
 * @example
 * const engine = await testEngine({ access });
 * const app = await createApi(engine, testOptions);
 */
export const testEngine = async ({
  clock = systemClock,
  synchronous = 'off',
  ...parts
}: TestEngineOptions = {}): Promise<TestEngine> => {
  const directory = mkdtempSync(join(tmpdir(), 'rapport-http-api-'));
  const log = await openEventLog(
    { kind: 'sqlite', path: join(directory, 'events.sqlite') },
    {
      mode: 'write',
      clock: () => clock.now(),
      synchronous,
    },
  );
  const program = compileRuleset(RETAIL);
  const hash = rulesetHash(RETAIL);
  const readModel = await openReadModel(
    { kind: 'sqlite', path: join(directory, 'relationships.sqlite') },
    {
      mode: 'write',
      factors: factorsOf(program),
    },
  );
  const projector = new Projector({ log, readModel, program, clock });
  const stopping = new AbortController();
  const running = projector.run(stopping.signal);
  const feed = createChangeFeed(log);
  const telemetry = silentTelemetry();
  const rejections = openRejections({ path: join(directory, 'rejections.sqlite'), clock });
  const checkpoint = async () => (await readModel.checkpoint())?.position;

  return {
    log,
    catalogue: standardCatalogue,
    record: (touchpoints) => recordTouchpoints(log, touchpoints),
    rules: () => ({ program, ruleset: RETAIL, hash }),
    rulesetHistory: createRulesetHistory(log),
    readModel: () => readModel,
    crossSell: async () => undefined,
    feed,
    webhooks: missing('webhooks'),
    access: missing('access'),
    rejections,
    telemetry,
    clock,
    now: () => clock.now(),
    projection: () => ({ ...projector.report, checkpoint: undefined, behind: 0 }),
    whenCaughtUp: (position) => projector.whenCaughtUp(position),
    retryParked: () => projector.retryParked(),
    publishRuleset: async () => notHere('publishRuleset'),
    notReady: () => [],
    ...parts,
    directory,
    caughtUp: async () => {
      let last: Awaited<ReturnType<typeof checkpoint>>;
      for await (const page of log.readAll({ category: 'customer' })) last = page[page.length - 1].position;
      if (last !== undefined) await projector.whenCaughtUp(last as Parameters<typeof projector.whenCaughtUp>[0]);
    },
    close: async () => {
      stopping.abort();
      await running;
      await feed.close();
      await readModel.close();
      await log.close();
      rejections.close();
      await telemetry.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
