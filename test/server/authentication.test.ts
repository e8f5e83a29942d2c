import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccessKey, openKeyFile } from '../../src/access/index.ts';
import { requestSignature } from '../../src/ocp/index.ts';
import { basic, openApi, type OpenApi } from './support/open-api.ts';

const directory = mkdtempSync(join(tmpdir(), 'precede-api-'));
const keyFile = join(directory, 'sealing.key');
const servers = '/api/v2/ob/clusters/1/servers';
let api: OpenApi;
let key: { readonly accessKey: string; readonly secretKey: string };

beforeAll(async () => {
  api = await openApi({ server: { keyFile } });
  const sealing = openKeyFile(keyFile);
  key = await api.store.transact((tables) => createAccessKey(tables, { userName: 'admin', key: sealing, nowMs: 0 }));
});

afterAll(async () => {
  await api.close();
  rmSync(directory, { recursive: true });
});

interface Signing {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly body?: string;
  readonly atMs?: number;
  readonly secretKey?: string;
  /** What is sent instead of what was signed. */
  readonly sent?: { readonly url?: string; readonly body?: string; readonly headers?: Record<string, string> };
}

async function send(signing: Signing) {
  const { method, url, body, atMs, secretKey, sent } = { ...defaults(), ...signing };
  const [path = '', query = ''] = url.split('?');
  const date = new Date(atMs).toUTCString();
  const contentType = 'application/json';
  const host = 'localhost:8080';
  const headers = { 'x-ocp-origin': 'test' };
  const parts = {
    method,
    body: Buffer.from(body),
    contentType,
    date,
    host,
    headers,
    path,
    query: new URLSearchParams(query),
  };
  const authorization = `OCP-ACCESS-KEY-HMACSHA1 ${key.accessKey}:${requestSignature(parts, secretKey)}`;
  const answer = await api.app.inject({
    method,
    url: sent.url ?? url,
    headers: { authorization, date, host, 'content-type': contentType, ...headers, ...sent.headers },
    ...(body === '' ? {} : { payload: sent.body ?? body }),
  });
  return { status: answer.statusCode, error: answer.json<{ error?: { code: string } }>().error?.code };
}

function defaults(): Required<Signing> {
  return { method: 'GET', url: '', body: '', atMs: Date.now(), secretKey: key.secretKey, sent: {} };
}

describe('a Basic login', () => {
  it('lets in who knows the password, and nobody else', async () => {
    expect((await api.get('/api/v2/info')).status).toBe(200);
    for (const authorization of [
      basic('admin', 'wrong password'),
      basic('nobody', 'correct horse battery'),
      basic('admin', ''),
      'Basic',
      'Basic !!!',
      'Bearer token',
      '',
    ]) {
      const answer = await api.app.inject({ url: '/api/v2/info', headers: { authorization } });
      expect([authorization, answer.statusCode]).toEqual([authorization, 401]);
      expect(answer.headers['www-authenticate']).toContain('Basic');
      expect(['IAM10000', 'IAM10004']).toContain(answer.json<{ error: { code: string } }>().error.code);
    }
  });

  it('is refused from the twenty-first failure on, without keeping out who is in', async () => {
    const guess = (n: number) =>
      api.app.inject({
        url: '/api/v2/info',
        remoteAddress: '127.9.9.9',
        headers: { authorization: basic('admin', `guess number ${n}`) },
      });
    const statuses = [];
    for (let n = 0; n < 22; n += 1) statuses.push((await guess(n)).statusCode);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429, 429]);
    const throttled = await guess(99);
    expect(throttled.json()).toMatchObject({ duration: 0, error: { code: 0 }, status: 429, traceId: '' });
    expect(Number(throttled.headers['retry-after'])).toBeGreaterThan(0);
    // Verified before, so it is no guess, whoever else sits at that address.
    const headers = { authorization: basic('admin', 'correct horse battery') };
    expect((await api.app.inject({ url: '/api/v2/info', remoteAddress: '127.9.9.9', headers })).statusCode).toBe(200);
  });
});

describe('a signed request', () => {
  it('lets in who signs it, with query, headers and body', async () => {
    expect(await send({ url: '/api/v2/compute/hosts?status=AVAILABLE&size=5' })).toEqual({ status: 200 });
    const body = JSON.stringify({ zoneName: 'zone1', servers: [1] });
    expect(await send({ method: 'POST', url: servers, body })).toEqual({ status: 200 });
  });

  it('is refused when it is not what was signed', async () => {
    const body = JSON.stringify({ zoneName: 'zone1', servers: [2] });
    const post = { method: 'POST', url: servers, body } as const;
    const refused = { status: 401, error: 'IAM10004' };
    expect(await send({ ...post, secretKey: '0'.repeat(32) })).toEqual(refused);
    expect(await send({ ...post, sent: { body: body.replace('2', '3') } })).toEqual(refused);
    expect(await send({ ...post, sent: { headers: { 'x-ocp-origin': 'other' } } })).toEqual(refused);
    expect(await send({ url: '/api/v2/compute/hosts?size=5', sent: { url: '/api/v2/compute/hosts?size=6' } })).toEqual(
      refused,
    );
  });

  it('is refused when it was signed more than fifteen minutes ago, or ahead', async () => {
    const minute = 60_000;
    expect(await send({ url: '/api/v2/info', atMs: Date.now() - 14 * minute })).toEqual({ status: 200 });
    for (const skewMs of [-16 * minute, 16 * minute]) {
      expect(await send({ url: '/api/v2/info', atMs: Date.now() + skewMs })).toEqual({
        status: 401,
        error: 'IAM10004',
      });
    }
  });

  it('that changes something is refused when it comes again, and one that reads is not', async () => {
    const atMs = Date.now() - 60_000;
    const change = { method: 'POST', url: '/api/v2/tasks/instances/99/retry', body: '{}', atMs } as const;
    expect((await send(change)).status).toBe(404);
    expect(await send(change)).toEqual({ status: 401, error: 'IAM10004' });
    expect(await send({ url: '/api/v2/info', atMs })).toEqual({ status: 200 });
    expect(await send({ url: '/api/v2/info', atMs })).toEqual({ status: 200 });
  });
});
