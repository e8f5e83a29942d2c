import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorEnvelope } from '../../src/server/envelope.ts';
import { places } from './support/inventory-world.ts';
import { basic, openApi, type OpenApi } from './support/open-api.ts';

let api: OpenApi;
let notReady: string | undefined;

beforeAll(async () => {
  api = await openApi({ server: { notReadyBecause: () => notReady } });
});

afterAll(async () => {
  await api.close();
});

const headers = { authorization: basic('admin', 'correct horse battery') };
const json = { ...headers, 'content-type': 'application/json' };
const servers = '/api/v2/ob/clusters/1/servers';
const isErrorEnvelope = new Ajv({ strict: true, allowUnionTypes: true }).compile(errorEnvelope);

describe('an error', () => {
  const cases = [
    ['an unknown endpoint', { url: '/api/v2/nothing', headers }, 404, 'COM10002'],
    ['another method', { method: 'DELETE', url: '/api/v2/ob/clusters/1', headers }, 405, 'COM10008'],
    ['malformed JSON', { method: 'POST', url: servers, headers: json, payload: '{"zoneName":' }, 400, 'COM10003'],
    [
      'JSON that pollutes',
      { method: 'POST', url: servers, headers: json, payload: '{"__proto__":{"a":1}}' },
      400,
      'COM10003',
    ],
    [
      'deep JSON',
      { method: 'POST', url: servers, headers: json, payload: '['.repeat(65) + ']'.repeat(65) },
      400,
      'COM10003',
    ],
    [
      'another content type',
      { method: 'POST', url: servers, headers: { ...headers, 'content-type': 'text/plain' }, payload: '{}' },
      415,
      'COM10003',
    ],
    [
      'a large body',
      { method: 'POST', url: servers, headers: json, payload: `"${'x'.repeat(1_048_576)}"` },
      413,
      'COM10003',
    ],
    ['a missing body', { method: 'POST', url: servers, headers: json }, 400, 'COM10001'],
    [
      'a body where none belongs',
      { method: 'POST', url: '/api/v2/tasks/instances/1/retry', headers: json, payload: '{"a":1}' },
      400,
      'COM10001',
    ],
    ['a malformed path', { url: '/api/v2/compute/hosts/%zz', headers }, 400, 'COM10001'],
    ['a long URL', { url: `/api/v2/info?${'a'.repeat(8_192)}`, headers }, 414, 'COM10003'],
    ['another host', { url: '/api/v2/info', headers: { ...headers, host: 'evil.example:8080' } }, 403, 'COM10009'],
    [
      'another origin',
      {
        method: 'POST',
        url: '/api/v2/tasks/instances/1/retry',
        headers: { ...headers, origin: 'http://evil.example' },
      },
      403,
      'COM10009',
    ],
    ['nobody', { url: '/api/v2/info' }, 401, 'IAM10000'],
  ] as const;

  it.each(cases)('for %s is in the envelope', async (_what, request, status, code) => {
    const answer = await api.app.inject(request);
    const body = answer.json<{ error: { code: unknown } }>();
    expect([answer.statusCode, body.error.code]).toEqual([status, code]);
    expect(isErrorEnvelope(body), JSON.stringify(isErrorEnvelope.errors)).toBe(true);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('for something that nobody expected says nothing of it', async () => {
    const broken = await openApi();
    broken.store.view = () => Promise.reject(new Error('the secret cause'));
    const answer = await broken.app.inject({ url: '/api/v2/info', headers });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(answer.json()).toMatchObject({ successful: false, error: { code: 'COM10999' } });
    delete (broken.store as { view?: unknown }).view;
    await broken.close();
  });

  it('for too many requests has the number 0, no trace, and says when to come again', async () => {
    const strict = await openApi({ server: { requestLimit: { max: 2, windowMs: 60_000 } } });
    const ask = () => strict.app.inject({ url: '/api/v2/info', headers });
    const first = await ask();
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
    await ask();
    const third = await ask();
    expect(third.statusCode).toBe(429);
    expect(third.json()).toMatchObject({
      duration: 0,
      error: { code: 0 },
      status: 429,
      successful: false,
      traceId: '',
    });
    expect(third.headers['ratelimit-remaining']).toBe('0');
    await strict.close();
  });
});

describe('what is known of hosts and clusters', () => {
  it('never tells where their secrets are kept', async () => {
    for (const url of [
      '/api/v2/compute/hosts?size=100',
      '/api/v2/compute/hosts/1',
      '/api/v2/ob/clusters',
      '/api/v2/ob/clusters/1/zones',
    ]) {
      const { status, text } = await api.get(url);
      expect(status).toBe(200);
      expect(text).not.toContain(places.key);
      expect(text).not.toContain(places.password);
    }
  });
});

describe('a server that is not ready', () => {
  it('answers its probes and its documentation alone', async () => {
    notReady = 'The sandbox is starting.';
    const statusOf = async (url: string) => (await api.app.inject({ url, headers })).statusCode;
    expect(await Promise.all(['/healthz', '/readyz', '/openapi.json', '/api/v2/info'].map(statusOf))).toEqual([
      200, 503, 200, 503,
    ]);
    notReady = undefined;
    expect(await Promise.all(['/healthz', '/readyz', '/openapi.json', '/api/v2/info'].map(statusOf))).toEqual([
      200, 200, 200, 200,
    ]);
  });
});

describe('a store that cannot be written', () => {
  it('makes both probes say so, until it can be', async () => {
    const ill = await openApi();
    ill.store.health = () => ({ state: 'waiting', error: new Error('no space'), sinceMs: 0 });
    for (const url of ['/healthz', '/readyz']) {
      const answer = await ill.app.inject(url);
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ successful: false, error: { code: 'COM10999' } });
    }
    ill.store.health = () => ({ state: 'well' });
    expect((await ill.app.inject('/healthz')).json()).toMatchObject({ data: { status: 'UP' } });
    await ill.close();
  });
});

describe('what stands outside of the envelope', () => {
  it('is the time, the build and the state', async () => {
    const { text } = await api.get('/api/v2/time');
    expect(Math.abs(Date.parse(text) - Date.now())).toBeLessThan(60_000);
    expect((await api.get('/api/v2/info')).body).toMatchObject({ name: 'precede' });
    expect((await api.get('/api/status')).body).toEqual({ status: 'UP' });
  });
});
