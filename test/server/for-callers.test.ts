import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createAccessKey, openKeyFile } from '../../src/access/index.ts';
import { openApi, type OpenApi } from './support/open-api.ts';
import { untilOver, untilSubtask } from './support/until.ts';

const servers = '/api/v2/ob/clusters/1/servers';
let api: OpenApi | undefined;

afterEach(async () => {
  await api?.close();
  api = undefined;
});

describe('a caller', () => {
  it('ends a subtask whose outcome nobody knows, and then retries it', async () => {
    api = await openApi();
    api.flow.conduct.set('Install rpm', 'unknown');
    await api.post(servers, { zoneName: 'zone1', servers: [1] });
    const id = await untilSubtask(api, 1, { name: 'Install rpm', status: 'RUNNING' });
    const task = '/api/v2/tasks/instances/1';
    while ((await api.engine.run(1))?.snapshot().tasks[4]?.state !== 'UNKNOWN') await api.get(task);
    expect((await api.post(`${task}/subtasks/${id}/retry`)).status).toBe(400);
    expect((await api.post(`${task}/subtasks/${id}/cancel`)).status).toBe(200);
    expect((await untilOver(api, 1)).data['status']).toBe('FAILED');
    api.flow.conduct.clear();
    await api.post(`${task}/subtasks/${id}/retry`);
    expect((await untilOver(api, 1)).data['status']).toBe('SUCCESSFUL');
  });

  it('is told of refused actions what it was that cannot be done', async () => {
    api = await openApi();
    await api.post(servers, { zoneName: 'zone1', servers: [1] });
    await untilOver(api, 1);
    const { body } = await api.post('/api/v2/tasks/instances/1/subtasks/100001/skip');
    expect(body.error?.message).toBe('Cannot skip run 1: it is SUCCESS.');
  });

  it('stands with the task under the number and the name of its user', async () => {
    api = await openApi();
    await api.addUser('kim', ['CLUSTER_MANAGER']);
    const { data } = await api.post(servers, { zoneName: 'zone1', servers: [1] }, { as: 'kim' });
    expect(data['creator']).toEqual({ id: 101, name: 'kim' });
  });

  it('need not care for the content type of a body that it does not send', async () => {
    api = await openApi();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const retry = '/api/v2/tasks/instances/99/retry';
    expect((await api.post(retry, undefined, { headers: form })).status).toBe(404);
    expect((await api.post(retry, 'a=1', { headers: form })).status).toBe(415);
  });
});

describe('the limit of requests', () => {
  it('counts what nobody may ask for, and what there is not', async () => {
    api = await openApi({ server: { requestLimit: { max: 5, windowMs: 60_000 } } });
    const { app } = api;
    const ask = async (request: { url: string; host?: string }): Promise<number> =>
      (await app.inject({ url: request.url, headers: { host: request.host ?? 'localhost' } })).statusCode;
    expect(await ask({ url: '/api/v2/info' })).toBe(401);
    expect(await ask({ url: '/nothing' })).toBe(401);
    expect(await ask({ url: '/api/v2/info', host: 'evil.example' })).toBe(403);
    expect(await ask({ url: '/healthz' })).toBe(200);
    expect(await ask({ url: '/nothing' })).toBe(401);
    for (const url of ['/nothing', '/api/v2/info', '/healthz']) expect(await ask({ url })).toBe(429);
  });
});

describe('a store that cannot be written', () => {
  it('has changes refused at once, and nothing of them done later', async () => {
    api = await openApi();
    const { store } = api;
    store.health = () => ({ state: 'waiting', error: new Error('no space'), sinceMs: 0 });
    const refused = await api.post(servers, { zoneName: 'zone1', servers: [1] });
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'COM10999' } } });
    expect((await api.get('/api/v2/tasks/instances')).data['contents']).toEqual([]);
    store.health = () => ({ state: 'well' });
    expect(await store.runVersions()).toEqual([]);
    expect((await api.post(servers, { zoneName: 'zone1', servers: [1] })).status).toBe(200);
  });
});

describe('a key file', () => {
  it('that does not open the access keys of the store keeps the server from starting', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'precede-api-'));
    const keyFile = join(directory, 'sealing.key');
    const first = await openApi({ server: { keyFile } });
    api = first;
    await first.store.transact((tables) =>
      createAccessKey(tables, { userName: 'admin', key: openKeyFile(keyFile), nowMs: 0 }),
    );
    const other = join(directory, 'other.key');
    writeFileSync(other, randomBytes(32), { mode: 0o600 });
    await expect(openApi({ store: first.store, server: { keyFile: other } })).rejects.toMatchObject({
      code: expect.stringMatching(/^KEY_FILE_/),
    });
    rmSync(directory, { recursive: true });
  });
});
