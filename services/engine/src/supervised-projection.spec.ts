import { RETAIL } from '@rapport/domain';
import { type LiveProjection, ProjectionUnavailable, RebuildNeeded } from '@rapport/engine';
import { eventually } from '@rapport/runtime/testing';
import { silentTelemetry } from '@rapport/telemetry';
import { type SupervisedOptions, superviseProjection } from './supervised-projection';

const STATUS = { touchpoints: 5, customers: 2, decisions: 1, parked: 0, late: 0, reviewed: 0, behind: 0 };

/** A projection that ends when the test says so. */
const fake = () => {
  let end: (error: Error | undefined) => void = () => undefined;
  const ended = new Promise<Error | undefined>((resolve) => {
    end = resolve;
  });
  const live: LiveProjection = {
    status: () => ({ ...STATUS, checkpoint: undefined }),
    whenCaughtUp: async () => undefined,
    retryParked: async () => ['c-1'],
    ended,
    stop: async () => end(undefined),
  };
  return { live, fail: (error: Error) => end(error) };
};

const supervised = async (over: Partial<SupervisedOptions> = {}) => {
  const starts: ReturnType<typeof fake>[] = [];
  const rebuilt: string[] = [];
  const projection = await superviseProjection({
    log: {} as SupervisedOptions['log'],
    readModel: { kind: 'sqlite', path: 'relationships.sqlite' },
    prepare: async () => RETAIL,
    logger: silentTelemetry().logger,
    rebuild: async (reason) => void rebuilt.push(reason),
    unusable: () => undefined,
    start: async () => {
      const one = fake();
      starts.push(one);
      return one.live;
    },
    ...over,
  });
  return { projection, starts, rebuilt };
};

test('a projection that fails is started again, says why meanwhile, and counts on', async () => {
  const { projection, starts } = await supervised();
  expect(projection.problem()).toBeUndefined();
  starts[0].fail(new Error('no space is left'));
  await eventually(() => projection.problem() !== undefined);
  expect(projection.problem()).toMatch(/failed and is tried again: no space is left/);
  const retried = projection.retryParked();
  await expect(retried).rejects.toThrow(ProjectionUnavailable);
  await expect(retried).rejects.toThrow('no space is left');
  await eventually(() => starts.length === 2);
  await eventually(() => projection.problem() === undefined);
  expect(projection.status()).toMatchObject({ touchpoints: 10, decisions: 2 });
  await expect(projection.retryParked()).resolves.toEqual(['c-1']);
  await projection.stop();
});

test('a read model that cannot be continued is rebuilt at once', async () => {
  const { projection, starts, rebuilt } = await supervised();
  starts[0].fail(new RebuildNeeded('it was put back'));
  await eventually(() => starts.length === 2);
  expect(rebuilt).toEqual(['it was put back']);
  await projection.stop();
});

test('pending work is done before each start, and a start that fails is tried again', async () => {
  let attempts = 0;
  let prepared = 0;
  let present = fake();
  const { projection } = await supervised({
    prepare: async () => {
      prepared++;
      return RETAIL;
    },
    start: async () => {
      if (++attempts === 2) throw new Error('not yet');
      return present.live;
    },
  });
  const first = present;
  present = fake();
  first.fail(new Error('once'));
  await eventually(() => attempts === 3);
  expect(prepared).toBe(3);
  await projection.stop();
});
test('it can be paused for work on the read model, also for work that fails', async () => {
  const { projection, starts } = await supervised();
  let during: string | undefined;
  await projection.pauseFor(async () => {
    during = projection.problem();
  });
  expect(during).toMatch(/put in force/);
  await expect(projection.pauseFor(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(starts).toHaveLength(3);
  expect(projection.problem()).toBeUndefined();
  await projection.stop();
  await projection.stop();
});

test('a first start that fails rejects with its error', async () => {
  await expect(supervised({ start: () => Promise.reject(new Error('locked')) })).rejects.toThrow('locked');
});

test('a projection that is asked to stop while it starts again is not left at work', async () => {
  let go: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    go = resolve;
  });
  const starts: ReturnType<typeof fake>[] = [];
  const stopped: number[] = [];
  const { projection } = await supervised({
    start: async () => {
      const n = starts.push(fake()) - 1;
      if (n === 1) await ready;
      const { live } = starts[n];
      return { ...live, stop: async () => void stopped.push(n) };
    },
  });
  starts[0].fail(new Error('no space is left'));
  await eventually(() => starts.length === 2);
  const stopping = projection.stop();
  go();
  await stopping;
  expect(stopped).toContain(1);
});

test('a projection that is asked to stop while it starts after a pause is not left at work', async () => {
  let go: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    go = resolve;
  });
  const stopped: number[] = [];
  let starts = 0;
  const { projection } = await supervised({
    start: async () => {
      const n = starts++;
      if (n === 1) await ready;
      const { live } = fake();
      return {
        ...live,
        stop: async () => {
          stopped.push(n);
          await live.stop();
        },
      };
    },
  });
  const pausing = projection.pauseFor(async () => undefined);
  await eventually(() => starts === 2);
  const stopping = projection.stop();
  go();
  await Promise.all([pausing, stopping]);
  expect(stopped).toContain(1);
  expect(projection.problem()).toBeUndefined();
});
