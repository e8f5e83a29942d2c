import { afterEach, describe, expect, it } from 'vitest';
import { fromTaskInfo } from '../../src/ocp/index.ts';
import { sqliteStore } from '../../src/store/index.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApi, type OpenApi } from './support/open-api.ts';
import { untilOver } from './support/until.ts';

const servers = '/api/v2/ob/clusters/1/servers';
const asked = { zoneName: 'zone2', servers: [1, 2] };
let api: OpenApi;

afterEach(async () => {
  await api.close();
});

describe('adding servers', () => {
  it('is answered with the task, its first child RUNNING and all others PENDING', async () => {
    api = await openApi();
    const { status, body, data } = await api.post(servers, asked);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['data', 'duration', 'server', 'status', 'successful', 'timestamp', 'traceId']);
    expect(Object.keys(data)).toEqual(['cluster', 'context', 'creator', 'id', 'name', 'startTime', 'status', 'tasks']);
    const tasks = data['tasks'] as readonly Record<string, unknown>[];
    // 12 + 8 for each of two servers + 1 zone.
    expect(tasks).toHaveLength(29);
    expect(tasks.map(({ status: one }) => one)).toEqual(['RUNNING', ...Array.from({ length: 28 }, () => 'PENDING')]);
    expect(new Set(tasks.map(({ operation }) => operation))).toEqual(new Set(['EXECUTE']));
    expect(data).toMatchObject({
      cluster: { id: 1, name: 'obtest', obClusterId: 1001 },
      creator: { id: 100, name: 'admin' },
      status: 'RUNNING',
    });
    expect(fromTaskInfo(data).tasks).toHaveLength(29);
  });

  it('says SUCCESSFUL in the end, and then the servers are there', async () => {
    api = await openApi();
    const { data } = await api.post(servers, asked);
    const over = await untilOver(api, Number(data['id']));
    expect(over.data).toMatchObject({ status: 'SUCCESSFUL', operation: 'EXECUTE', prohibitRollback: false });
    const { data: listed } = await api.get('/api/v2/ob/clusters/1/zones/zone2/servers');
    const contents = listed['contents'] as readonly { hostId: number; status: string }[];
    expect(contents.map(({ hostId, status }) => [hostId, status])).toEqual([
      [102, 'RUNNING'],
      [1, 'RUNNING'],
      [2, 'RUNNING'],
    ]);
  });

  it('gives the same run for the same token, by body or by header, and refuses it for another request', async () => {
    api = await openApi();
    const withToken = { ...asked, clientToken: 'token-0001' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.post(servers, withToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ data }) => data['id']))).toEqual(new Set([1]));
    const header = { headers: { 'idempotency-key': 'token-0001' } };
    expect((await api.post(servers, asked, header)).data).toMatchObject({ id: 1 });
    const other = await api.post(servers, { ...withToken, servers: [3] });
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'COM10005' } } });
    expect(await api.store.runVersions()).toHaveLength(1);
    const both = await api.post(servers, withToken, { headers: { 'idempotency-key': 'token-0002' } });
    expect(both).toMatchObject({ status: 400, body: { error: { code: 'COM10001' } } });
  });

  it('tells the tokens of two users apart', async () => {
    api = await openApi();
    await api.addUser('other', ['CLUSTER_MANAGER']);
    const { data } = await api.post(servers, { ...asked, clientToken: 'token-0001' });
    await untilOver(api, Number(data['id']));
    const second = await api.post(
      servers,
      { zoneName: 'zone1', servers: [3], clientToken: 'token-0001' },
      { as: 'other' },
    );
    expect(second).toMatchObject({ status: 200, data: { id: 2, creator: { name: 'other' } } });
  });

  it('keeps tokens across a restart', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'precede-api-'));
    const file = join(directory, 'store.db');
    api = await openApi({ store: sqliteStore(file) });
    const first = await api.post(servers, { ...asked, clientToken: 'token-0001' });
    await untilOver(api, 1);
    await api.close();
    api = await openApi({ store: sqliteStore(file) });
    const again = await api.post(servers, { ...asked, clientToken: 'token-0001' });
    expect([first.data['id'], again.data['id'], again.data['status']]).toEqual([1, 1, 'SUCCESS']);
    expect((await api.post(servers, { ...asked, servers: [7], clientToken: 'token-0001' })).status).toBe(409);
    rmSync(directory, { recursive: true });
  });

  it('does not wait for a slot for longer than it says', async () => {
    api = await openApi({ engine: { concurrency: 1 } });
    const held = Promise.withResolvers<undefined>();
    api.flow.conduct.set('Prepare add observer', held.promise);
    await api.post(servers, asked);
    // The only slot is taken; the second run cannot begin. Its cluster is another one, which the first does not claim.
    await api.store.transact(async (tables) => {
      const cluster = await tables.get('clusters', '1');
      const zone = await tables.get('zones', '1/zone1');
      await tables.put('clusters', '2', { ...cluster, id: 2, name: 'second', status: 'RUNNING' });
      await tables.put('zones', '2/zone1', { ...zone, clusterId: 2 });
    });
    const { status, data } = await api.post('/api/v2/ob/clusters/2/servers', { zoneName: 'zone1', servers: [3] });
    expect(status).toBe(200);
    expect((data['tasks'] as readonly { status: string }[]).every((task) => task.status === 'PENDING')).toBe(true);
    held.resolve(undefined);
  });

  it('records who asked, under the trace id of the answer', async () => {
    api = await openApi();
    const { body } = await api.post(servers, asked);
    const run = await api.engine.run(1);
    expect(run?.header).toMatchObject({ creator: { name: 'admin' }, traceId: body['traceId'] });
    expect(body['traceId']).toMatch(/^[0-9a-f]{16}$/);
  });
});
