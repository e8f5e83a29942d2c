import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApi, type Answered, type OpenApi } from './support/open-api.ts';
import { standInFlow } from './support/stand-in-flow.ts';
import { untilOver, untilSubtask } from './support/until.ts';

const servers = '/api/v2/ob/clusters/1/servers';
const task = '/api/v2/tasks/instances/1';
let api: OpenApi;

beforeEach(async () => {
  api = await openApi({ flow: standInFlow({ notSkippable: ['Reserve host'] }) });
});

afterEach(async () => {
  await api.close();
});

/** A task that has failed at a step of one of its hosts. */
async function failedAt(name: string): Promise<{ readonly id: number; readonly answered: Answered }> {
  api.flow.conduct.set(name, 'fail');
  await api.post(servers, { zoneName: 'zone1', servers: [1] });
  const answered = await untilOver(api, 1);
  api.flow.conduct.clear();
  expect(answered.data['status']).toBe('FAILED');
  return { id: await untilSubtask(api, 1, { name, status: 'FAILED' }), answered };
}

describe('a task that failed', () => {
  it('is retried as a whole, and says so', async () => {
    const { id } = await failedAt('Install rpm');
    const { status, data } = await api.post(`${task}/retry`);
    expect(status).toBe(200);
    expect(data).toMatchObject({ id: 1, status: 'RUNNING', operation: 'RETRY' });
    const over = await untilOver(api, 1);
    expect(over.data['status']).toBe('SUCCESSFUL');
    const subtasks = over.data['subtasks'] as readonly { id: number; runTime: number; operation: string }[];
    expect(subtasks.find((one) => one.id === id)).toMatchObject({ runTime: 2, operation: 'RETRY' });
  });

  it('has one of its subtasks retried', async () => {
    const { id } = await failedAt('Install rpm');
    const { status, data } = await api.post(`${task}/subtasks/${id}/retry`);
    expect(status).toBe(200);
    expect(data).toMatchObject({ id, taskId: 1, name: 'Install rpm', operation: 'RETRY' });
    expect((await untilOver(api, 1)).data['status']).toBe('SUCCESSFUL');
  });

  it('goes on without a subtask that is skipped, whose answer has no data', async () => {
    const { id } = await failedAt('Install rpm');
    const skipped = await api.post(`${task}/subtasks/${id}/skip`);
    expect(skipped.status).toBe(200);
    expect(skipped.body).not.toHaveProperty('data');
    const over = await untilOver(api, 1);
    expect(over.data['status']).toBe('SUCCESSFUL');
    const subtasks = over.data['subtasks'] as readonly { id: number; status: string; operation: string }[];
    expect(subtasks.find((one) => one.id === id)).toMatchObject({ status: 'SUCCESSFUL', operation: 'SKIP' });
  });

  it('is rolled back: SUCCESSFUL, operation ROLLBACK, every subtask PENDING', async () => {
    await failedAt('Install rpm');
    expect(await api.post(`${task}/rollback`)).toMatchObject({ status: 200, data: { operation: 'ROLLBACK' } });
    const { data } = await untilOver(api, 1);
    expect(data).toMatchObject({ status: 'SUCCESSFUL', operation: 'ROLLBACK' });
    expect(new Set((data['subtasks'] as readonly { status: string }[]).map(({ status }) => status))).toEqual(
      new Set(['PENDING']),
    );
    expect((await api.get('/api/v2/compute/hosts/1')).data['status']).toBe('AVAILABLE');
  });

  it('has a subtask that may not be skipped', async () => {
    const { id } = await failedAt('Reserve host');
    const refused = await api.post(`${task}/subtasks/${id}/skip`);
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'TSK10010' } } });
  });
});

describe('a subtask that runs', () => {
  it('is cancelled, and has FAILED with operation CANCEL', async () => {
    api.flow.conduct.set('Install rpm', new Promise(() => undefined));
    await api.post(servers, { zoneName: 'zone1', servers: [1] });
    const id = await untilSubtask(api, 1, { name: 'Install rpm', status: 'RUNNING' });
    const cancelled = await api.post(`${task}/subtasks/${id}/cancel`);
    expect(cancelled.status).toBe(200);
    expect(cancelled.body).not.toHaveProperty('data');
    const over = await untilOver(api, 1);
    expect(over.data['status']).toBe('FAILED');
    const subtasks = over.data['subtasks'] as readonly { id: number; status: string; operation: string }[];
    expect(subtasks.find((one) => one.id === id)).toMatchObject({ status: 'FAILED', operation: 'CANCEL' });
  });

  it('can neither be retried nor skipped, and its task neither retried nor rolled back', async () => {
    api.flow.conduct.set('Install rpm', new Promise(() => undefined));
    await api.post(servers, { zoneName: 'zone1', servers: [1] });
    const id = await untilSubtask(api, 1, { name: 'Install rpm', status: 'RUNNING' });
    const versions = await api.store.runVersions();
    for (const url of [
      `${task}/retry`,
      `${task}/rollback`,
      `${task}/subtasks/${id}/retry`,
      `${task}/subtasks/${id}/skip`,
    ]) {
      expect([url, await api.post(url)]).toMatchObject([url, { status: 400, body: { error: { code: 'TSK10007' } } }]);
    }
    expect(await api.store.runVersions()).toEqual(versions);
  });
});

describe('a task that succeeded', () => {
  it('is not rolled back, and its subtasks are not cancelled', async () => {
    await api.post(servers, { zoneName: 'zone1', servers: [1] });
    const { data } = await untilOver(api, 1);
    const [first] = data['subtasks'] as readonly { id: number }[];
    for (const url of [`${task}/rollback`, `${task}/retry`, `${task}/subtasks/${first?.id ?? 0}/cancel`]) {
      expect([url, await api.post(url)]).toMatchObject([url, { status: 400, body: { error: { code: 'TSK10007' } } }]);
    }
  });
});

describe('a subtask of another task', () => {
  it('is not found under this one', async () => {
    await api.post(servers, { zoneName: 'zone1', servers: [1] });
    await untilOver(api, 1);
    await api.post(servers, { zoneName: 'zone1', servers: [2] });
    const { data } = await untilOver(api, 2);
    const [foreign] = data['subtasks'] as readonly { id: number }[];
    const url = `${task}/subtasks/${foreign?.id ?? 0}`;
    expect(await api.get(`${url}/log`)).toMatchObject({ status: 404, body: { error: { code: 'TSK10001' } } });
    for (const action of ['retry', 'skip', 'cancel']) {
      expect(await api.post(`${url}/${action}`)).toMatchObject({ status: 404, body: { error: { code: 'TSK10001' } } });
    }
  });
});

describe('the log of a subtask', () => {
  it('has its separators, its lines under the trace id of the request that caused them, and the state that was set', async () => {
    api.flow.conduct.set('Install rpm', 'fail');
    const first = await api.post(servers, { zoneName: 'zone1', servers: [1] });
    await untilOver(api, 1);
    api.flow.conduct.clear();
    const id = await untilSubtask(api, 1, { name: 'Install rpm', status: 'FAILED' });
    const second = await api.post(`${task}/retry`);
    await untilOver(api, 1);
    const { data } = await api.get(`${task}/subtasks/${id}/log`);
    const log = data['log'] as string;
    expect(log.match(/^#{12}\w+.*#{12}$/gm)?.map((line) => /#+(\w+?)\d/.exec(line)?.[1])).toEqual(['EXECUTE', 'RETRY']);
    const [execute = '', retry = ''] = log.split(/^#{12}RETRY.*$/m);
    expect(execute).toContain('Install rpm under way');
    expect(execute).toContain(first.body['traceId'] as string);
    expect(execute).toContain('FAILED');
    expect(retry).toContain(second.body['traceId'] as string);
    expect(retry).not.toContain(first.body['traceId'] as string);
    expect(retry).toContain('SUCCESSFUL');
  });
});

describe('a list of tasks', () => {
  it('is newest first, filtered by status, cluster and host, and may be read under its documented misspelling', async () => {
    await failedAt('Install rpm');
    await api.post(servers, { zoneName: 'zone1', servers: [2] });
    await untilOver(api, 2);
    const idsOf = async (query: string): Promise<unknown> => {
      const { data } = await api.get(`/api/v2/tasks/instances?${query}`);
      return (data['contents'] as readonly { id: number }[]).map(({ id }) => id);
    };
    expect(await idsOf('')).toEqual([2, 1]);
    const cluster = { id: 1, name: 'obtest', obClusterId: 1001, type: 'PRIMARY' };
    const [newest] = (await api.get('/api/v2/tasks/instances')).data['contents'] as readonly { cluster: unknown }[];
    expect(newest?.cluster).toEqual(cluster);
    expect((await api.get('/api/v2/tasks/2')).data['cluster']).toEqual(cluster);
    expect(await idsOf('sort=id,asc')).toEqual([1, 2]);
    expect(await idsOf('status=FAILED')).toEqual([1]);
    expect(await idsOf('status=FAILED,SUCCESSFUL&hostId=2')).toEqual([2]);
    expect(await idsOf('cluterName=obtest&clusterId=1&type=MANUAL&name=ob%20server')).toEqual([2, 1]);
    expect(await idsOf('clusterName=other')).toEqual([]);
    expect(await idsOf('tenantId=1')).toEqual([]);
    expect(await idsOf('page=2&size=1')).toEqual([1]);
  });
});
