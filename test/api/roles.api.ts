import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../src/server/route.ts';
import { CaseTally } from './support/case-tally.ts';
import { ask } from './support/raw-http.ts';
import { routeTable, targetOf } from './support/route-table.ts';
import { serveApi, type ServedApi } from './support/served-api.ts';

const tally = new CaseTally('S7 roles × routes × ids');
let api: ServedApi;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

/** What each operation needs by OCP's documentation, written down apart from the code. */
const needs = {
  addServers: 'CLUSTER UPDATE',
  listClusters: 'CLUSTER READ any',
  getCluster: 'CLUSTER READ',
  listZones: 'CLUSTER READ',
  listServers: 'CLUSTER READ',
  listServersOfZone: 'CLUSTER READ',
  listHosts: 'HOST READ any',
  getHost: 'HOST READ',
  listSoftwarePackages: 'PACKAGE READ any',
  listTasks: 'TASK READ any',
  getTask: 'TASK READ',
  getTaskByAlias: 'TASK READ',
  getSubtaskLog: 'TASK READ',
  retryTask: 'TASK UPDATE',
  rollbackTask: 'TASK UPDATE',
  retrySubtask: 'TASK UPDATE',
  skipSubtask: 'TASK UPDATE',
  cancelSubtask: 'TASK UPDATE',
  getTime: 'login',
  getInfo: 'login',
  getStatus: 'login',
  getHealth: 'nothing',
  getReadiness: 'nothing',
} as const;

const everything = ['CLUSTER READ', 'CLUSTER UPDATE', 'HOST READ', 'PACKAGE READ', 'TASK READ', 'TASK UPDATE'];
const reading = ['CLUSTER READ', 'HOST READ', 'PACKAGE READ', 'TASK READ'];

/** What each role may do: to everything, or to the things of one id alone. */
const roles: Readonly<Record<string, { readonly may: readonly string[]; readonly onlyId?: number }>> = {
  ADMIN: { may: everything },
  CLUSTER_MANAGER: { may: everything },
  CLUSTER_VIEWER: { may: reading },
  TASK_MANAGER: { may: ['TASK READ', 'TASK UPDATE'] },
  TASK_VIEWER: { may: ['TASK READ'] },
  HOST_MANAGER: { may: ['HOST READ', 'PACKAGE READ'] },
  HOST_VIEWER: { may: ['HOST READ', 'PACKAGE READ'] },
  '': { may: [] },
  '*:*:*': { may: everything },
  '*:*:READ': { may: reading },
  '*:1:*': { may: everything, onlyId: 1 },
  'CLUSTER:1:UPDATE': { may: ['CLUSTER UPDATE'], onlyId: 1 },
  'CLUSTER:1:READ': { may: ['CLUSTER READ'], onlyId: 1 },
  'CLUSTER:*:CREATE': { may: [] },
  'CLUSTER:*:DELETE': { may: [] },
  'TASK:2:UPDATE': { may: ['TASK UPDATE'], onlyId: 2 },
  'TASK:1:*': { may: ['TASK READ', 'TASK UPDATE'], onlyId: 1 },
  'HOST:2:READ': { may: ['HOST READ'], onlyId: 2 },
  'PACKAGE:1:READ': { may: ['PACKAGE READ'], onlyId: 1 },
  'ALARM:*:*': { may: [] },
  'OBPROXY:*:*': { may: [] },
};

function isAllowed(role: string, need: string, id: number): boolean {
  if (need === 'login' || need === 'nothing') return true;
  const { may, onlyId } = roles[role] ?? { may: [] };
  const [domain = '', action = '', any] = need.split(' ');
  return may.includes(`${domain} ${action}`) && (any !== undefined || onlyId === undefined || onlyId === id);
}

const ids = [1, 2, 11, 99, 9_007_199_254_740_991];

async function expectRule(role: string, login: string, declared: Route): Promise<void> {
  const need = needs[declared.operationId as keyof typeof needs];
  for (const id of declared.url.includes(':') ? ids : [1]) {
    const request = { method: declared.method, target: targetOf(declared, id), headers: [`Authorization: ${login}`] };
    const { status, body = '' } = (await ask(request, { port: api.port })) ?? {};
    const isForbidden = status === 403 && body.includes('"COM10009"');
    const wanted = isAllowed(role, need, id);
    const name = `${role} ${declared.operationId} ${id}`;
    tally.count(isForbidden === wanted ? name : undefined);
    expect([name, status, isForbidden]).toEqual([name, status, !wanted]);
  }
}

describe('what each role may do', () => {
  it('is written down for every operation', async () => {
    const operations = routeTable(api).map(({ operationId }) => operationId);
    await tally.piece(() => expect(operations.toSorted()).toEqual(Object.keys(needs).toSorted()));
  });

  it('is exactly that, for every id', { timeout: 60_000 }, async () => {
    for (const [index, role] of Object.keys(roles).entries()) {
      const login = await api.addUser(`user${index}`, role === '' ? [] : [role]);
      for (const declared of routeTable(api)) await expectRule(role, login, declared);
    }
  });

  it('is all that lists show', async () => {
    const of = async (role: string, target: string): Promise<readonly number[]> => {
      const login = await api.addUser(`lister-${role.replaceAll(/\W/g, '-')}-${target.length}`, [role]);
      const answer = await ask(
        { target: `${target}?size=2000`, headers: [`Authorization: ${login}`] },
        { port: api.port },
      );
      return (JSON.parse(answer?.body ?? '') as { data: { contents: { id: number }[] } }).data.contents.map(
        ({ id }) => id,
      );
    };
    await tally.piece(async () => expect(await of('HOST:2:READ', '/api/v2/compute/hosts')).toEqual([2]));
    await tally.piece(async () => expect(await of('HOST:77:READ', '/api/v2/compute/hosts')).toEqual([]));
    await tally.piece(async () => expect(await of('CLUSTER:2:READ', '/api/v2/ob/clusters')).toEqual([]));
    await tally.piece(async () => expect(await of('CLUSTER:1:READ', '/api/v2/ob/clusters')).toEqual([1]));
    await tally.piece(async () => expect(await of('PACKAGE:1:READ', '/api/v2/software-packages')).toEqual([1]));
  });
});
