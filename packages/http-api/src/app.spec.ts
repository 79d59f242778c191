import type { FastifyInstance } from 'fastify';
import { createApi } from './app';
import { type TestEngine, testEngine, testOptions } from './testing/api-engine';

let engine: TestEngine;
let app: FastifyInstance;
beforeAll(async () => {
  engine = await testEngine();
  app = await createApi(engine, testOptions);
});
afterAll(async () => {
  await app.close();
  await engine.close();
});

describe('the HTTP interface', () => {
  it('is alive and ready, and says why when it is not', async () => {
    expect((await app.inject('/health/live')).json()).toEqual({ status: 'alive' });
    expect((await app.inject('/health/ready')).json()).toEqual({ status: 'ready' });
    const other = await createApi({ ...engine, notReady: () => ['the log is being checked'] }, testOptions);
    const answer = await other.inject('/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'not ready', reasons: ['the log is being checked'] });
    await other.close();
  });

  it('gives its metrics, its OpenAPI document and its reference page', async () => {
    expect((await app.inject('/metrics')).headers['content-type']).toMatch(/^text\/plain/);
    const open = await app.inject({ url: '/metrics', headers: { accept: 'application/openmetrics-text' } });
    expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(open.body).toMatch(/\n# EOF\n$/);
    expect((await app.inject('/openapi.json')).json().openapi).toBe('3.1.0');
    const page = await app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<title>Rapport: the HTTP interface</title>');
    expect(page.body).not.toMatch(/(src|href)="https?:/);
  });

  it('leads who opens the bare address in a browser to its reference page, without a key', async () => {
    const accept = 'text/html,application/xhtml+xml;q=0.9';
    const answer = await app.inject({ url: '/', headers: { accept } });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, 'docs']);
    let page = await app.inject({ url: '/docs', headers: { accept } });
    for (let hops = 0; page.statusCode >= 300 && page.statusCode < 400 && hops < 3; hops++)
      page = await app.inject({ url: new URL(page.headers.location!, 'http://x/docs').pathname, headers: { accept } });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<title>Rapport</title>');
  });

  it('tells what is not there, and what a path knows instead', async () => {
    const nothing = await app.inject('/v1/nothing');
    expect(nothing.statusCode).toBe(404);
    expect(nothing.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(nothing.json()).toMatchObject({ type: '/problems/not-found', instance: nothing.headers['x-request-id'] });
    const wrong = await app.inject({ method: 'DELETE', url: '/health/live' });
    expect(wrong.statusCode).toBe(405);
    expect(wrong.headers.allow).toBe('GET, HEAD');
  });

  it('names the nearest known query parameter for one it does not know', async () => {
    const answer = await app.inject('/health/live?x=1');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      type: '/problems/invalid-request',
      errors: [{ field: 'x', message: 'there is no query parameter "x"; there are none here' }],
    });
  });

  it('takes a well-formed request id, and makes one else', async () => {
    const given = await app.inject({ url: '/health/live', headers: { 'x-request-id': 'a.b_c-1' } });
    expect(given.headers['x-request-id']).toBe('a.b_c-1');
    const made = await app.inject({ url: '/health/live', headers: { 'x-request-id': 'a b' } });
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
