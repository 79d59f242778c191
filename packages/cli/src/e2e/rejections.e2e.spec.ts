import { readFileSync, statSync } from 'node:fs';
import { eventually } from '@rapport/runtime/testing';
import { ndjson, type Workplace, workplace } from '../testing/rapport';
import { type Serving, send, serving, touchpoint } from '../testing/serving';

/** What an engine refused, seen from the command line beside it: found, mended, sent again. */
let place: Workplace;
let engine: Serving;
beforeAll(async () => {
  place = workplace();
  engine = await serving(place, 'serve');
});
afterAll(async () => {
  await engine.stop();
  place.remove();
});

const post = (body: string | Uint8Array, type = 'application/json', path = '/v1/touchpoints') =>
  fetch(engine.url + path, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${engine.key}` },
    body: body as string,
  });
const rejections = (...args: readonly string[]) => place.rapport('rejections', ...args);
const list = async (...args: readonly string[]) => ndjson((await rejections('list', '--json', ...args)).stdout);
/** Written in a moment, not at once. */
const written = async (count: number, ...args: readonly string[]) => {
  await eventually(async () => (await list(...args)).length >= count);
  return list(...args);
};

test('nothing refused is said to be nothing', async () => {
  expect(await rejections()).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('Nothing was refused'),
  });
  expect(await rejections('show', '0123')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no rejection 0123'),
  });
});

test('a touchpoint of a batch that was answered 200 is found, mended by its pointer and sent again', async () => {
  const bad = { ...touchpoint('r-1', 'c-1'), data: { total: 'much', note: 'for Jane' } };
  expect((await send(engine.url, engine.key, touchpoint('r-0', 'c-1'), bad)).status).toBe(200);
  const [one] = await written(1, '--source', 'shop');
  expect(one).toMatchObject({ reason: 'invalid-touchpoint', place: 'index 1', touchpoint: 'r-1', masked: 1 });
  const table = await rejections();
  expect(table.stdout).toContain(String(one.id));
  expect(table.stdout).toMatch(/invalid-touchpoint +data\.total: expected/);

  const shown = await rejections('show', String(one.id));
  expect(shown.stderr).toMatch(
    /\/data\/total +data\.total: expected[\s\S]*masked: \/data\/note[\s\S]*application\/cloudevents\+json/,
  );
  expect(await (await post(shown.stdout, 'application/cloudevents+json')).json()).toMatchObject({ status: 422 });
  const mended = JSON.parse(shown.stdout);
  mended.data = { total: 12 };
  expect(await (await post(JSON.stringify(mended), 'application/cloudevents+json')).json()).toMatchObject({
    status: 'recorded',
    id: 'r-1',
  });
  const whole = JSON.parse((await rejections('show', String(one.id), '--json')).stdout);
  expect(whole).toMatchObject({ id: one.id, body: shown.stdout.trimEnd() });
  expect(whole.firstAt).toMatch(/Z$/);
});

test('many at once go out as a stream', async () => {
  const lines = ['m-1', 'm-2', 'm-3'].map((id) =>
    JSON.stringify(
      { id, source: 'crm', type: 'order.complete', customer: 'c-2', occurredAt: '2026-01-05T10:00:00Z' },
      null,
      1,
    ),
  );
  for (const line of lines) await post(line);
  await post('{"id":"broken","source":"crm"');
  await written(3, '--source', 'crm');
  const out = await rejections('--source', 'crm', '--ndjson');
  expect(ndjson(out.stdout).map(({ id }) => id)).toEqual(['m-3', 'm-2', 'm-1']);
  const mended = out.stdout.replaceAll('order.complete"', 'order.completed"');
  const answer = ndjson(await (await post(mended, 'application/x-ndjson')).text());
  expect(answer.at(-1)).toMatchObject({ status: 'done', recorded: 3 });
  const broken = await written(1, '--reason', 'malformed-json');
  expect(broken).toHaveLength(1);
  expect((await rejections('--reason', 'malformed-json', '--ndjson')).stderr).toContain('left out');
});

test('a call of Segment shows where it goes', async () => {
  await post(
    JSON.stringify({ batch: [{ type: 'track', event: 'Order Placed', messageId: 's-1', userId: 'c' }] }),
    'application/json',
    '/v1/batch',
  );
  const [one] = await written(1, '--source', 'segment');
  expect((await rejections('show', String(one.id))).stderr).toContain('POST /v1/track');
});

test('what moves the cursor of a terminal is printed as what it is', async () => {
  const sequence = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e';
  await post(`{"id":"${sequence}","source":"${sequence}",${sequence}`);
  await post(JSON.stringify({ id: 'e', source: `evil${sequence}`, type: `x${sequence}` }));
  await post(Uint8Array.from([0x7b, 0xff, 0x1b, 0x5b, 0x32, 0x4a]));
  const all = await written(8, '--all');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;
  for (const args of [['--all'], ['--all', '--ndjson'], ...all.map(({ id }) => ['show', String(id)])]) {
    const { code, stdout, stderr } = await rejections(...args);
    expect([args, code, unsafe.test(stdout + stderr)]).toEqual([args, 0, false]);
  }
});

test.each([
  [['--since', 'yesterday'], '--since'],
  [['--fingerprint', 'xyz'], 'sha256sum'],
])('%j is refused', async (args, words) => {
  expect(await rejections(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
});

test('the file is its owner’s, is left out of a backup, and outlives a kill', async () => {
  const file = place.path('rapport-data/rejections.sqlite');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await place.rapport('backup', 'copy')).stderr).toContain('Not copied: rejections.sqlite');
  const before = await list('--all');
  await engine.stop('SIGKILL');
  expect(await list('--all')).toEqual(before);
  expect(await place.rapport('verify')).toMatchObject({ code: 0 });
  engine = { ...(await serving(place, 'serve')), key: engine.key };
  await post('{"id":"after"');
  expect((await written(before.length + 1, '--all')).slice(1)).toEqual(before);
  const { counts } = (await (
    await fetch(`${engine.url}/v1/rejections`, { headers: { authorization: `Bearer ${engine.key}` } })
  ).json()) as {
    counts: Record<string, number>;
  };
  expect(counts.refused).toBe(counts.kept + counts.left + counts.notKept);
  expect(readFileSync(file).includes('for Jane')).toBe(false);
});

test('a store that cannot be opened keeps nobody from serving, and is not begun anew', async () => {
  await engine.stop();
  const file = place.path('rapport-data/rejections.sqlite');
  place.write('rapport-data/rejections.sqlite', 'this is no store of anything');
  engine = { ...(await serving(place, 'serve')), key: engine.key };
  expect((await post('{"id":"1"')).status).toBe(400);
  const asked = await fetch(`${engine.url}/v1/rejections`, { headers: { authorization: `Bearer ${engine.key}` } });
  expect(asked.status).toBe(503);
  expect(engine.stdout()).toContain('what is refused is not kept');
  expect(readFileSync(file, 'utf8')).toBe('this is no store of anything');
});
