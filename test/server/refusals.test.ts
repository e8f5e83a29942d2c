import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilOver } from './support/until.ts';
import { openApi, type OpenApi } from './support/open-api.ts';

let api: OpenApi;

beforeAll(async () => {
  api = await openApi();
});

afterAll(async () => {
  await api.close();
});

const one = (hosts: readonly number[], zoneName = 'zone1'): object => ({ zoneName, servers: hosts });
const servers = '/api/v2/ob/clusters/1/servers';

/** Everything that a refused request could have written. */
async function written(): Promise<unknown> {
  const tables = ['clusters', 'zones', 'servers', 'hosts', 'packages'];
  const rows = await api.store.view((read) => tables.map((table) => read.list(table)));
  return { rows, runs: await api.store.runVersions() };
}

describe('a request to add servers', () => {
  const bodies: readonly (readonly [string, string, object, number, string])[] = [
    ['for an unknown cluster', '/api/v2/ob/clusters/9/servers', one([1]), 404, 'OBE11001'],
    ['for an unknown zone', servers, one([1], 'zone9'), 404, 'OBE18002'],
    ['with an unknown host', servers, one([99]), 404, 'CMP07005'],
    ['with a host that is OFFLINE', servers, one([201]), 400, 'CMP07004'],
    ['with a host that is NEW', servers, one([202]), 400, 'CMP07006'],
    ['with a host that is in use', servers, one([101]), 400, 'CMP07010'],
    ['with a host of another region', servers, one([203]), 400, 'CMP07008'],
    ['with a host of another IDC', servers, one([205]), 400, 'CMP07007'],
    ['with a host of other processors', servers, one([204]), 400, 'OBE11023'],
    ['with a package that there is not', servers, { ...one([1]), packageOperatingSystem: 'sles15' }, 400, 'PKG10014'],
    ['with a host named twice', servers, one([1, 1]), 400, 'COM10001'],
    ['without hosts', servers, one([]), 400, 'COM10001'],
    ['without a zone', servers, { servers: [1] }, 400, 'COM10001'],
    ['with hosts as texts', servers, { zoneName: 'zone1', servers: ['1'] }, 400, 'COM10001'],
    ['with a field that there is not', servers, { ...one([1]), force: true }, 400, 'COM10001'],
    ['with a short token', servers, { ...one([1]), clientToken: 'short' }, 400, 'COM10001'],
    [
      'with a parameter named twice',
      servers,
      {
        ...one([1]),
        startupParameters: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
      400,
      'COM10001',
    ],
    ['for a cluster that is no number', '/api/v2/ob/clusters/abc/servers', one([1]), 400, 'COM10001'],
  ];

  it.each(bodies)('%s is refused with its own code, and writes nothing', async (...[, url, body, status, code]) => {
    const before = await written();
    const answered = await api.post(url, body);
    expect(answered).toMatchObject({ status, body: { successful: false, status, error: { code } } });
    expect(answered.body.error?.message).toMatch(/\S.*\.$/);
    expect(await written()).toEqual(before);
  });

  it('that has several problems tells them all', async () => {
    const { body } = await api.post(servers, one([99, 201, 101]));
    const { subErrors } = body.error as unknown as { subErrors: readonly { code: string }[] };
    expect(subErrors.map(({ code }) => code)).toEqual(['CMP07005', 'CMP07004', 'CMP07010']);
  });

  it('for a cluster that another run claims is refused with 409, and holds nothing', async () => {
    const held = Promise.withResolvers<undefined>();
    api.flow.conduct.set('Prepare add observer', held.promise);
    await api.post(servers, one([1]));
    const before = await written();
    const refused = await api.post(servers, one([2]));
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'OBE11020' } } });
    expect(refused.body.error?.message).toContain('run 1');
    expect(await written()).toEqual(before);
    held.resolve(undefined);
    api.flow.conduct.clear();
    await untilOver(api, 1);
    // Nothing was held: the very request that was refused goes through now.
    const { data } = await api.post(servers, one([2]));
    await untilOver(api, Number(data['id']));
  });

  it('for a cluster that something else operates is refused with 409', async () => {
    await setCluster({ status: 'OPERATING' });
    expect(await api.post(servers, one([3]))).toMatchObject({ status: 409, body: { error: { code: 'OBE11020' } } });
    await setCluster({ status: 'STOPPED' });
    expect(await api.post(servers, one([3]))).toMatchObject({ status: 400, body: { error: { code: 'OBE11007' } } });
    await setCluster({ status: 'RUNNING' });
  });

  it('for a zone that is under another operation is refused with 409', async () => {
    await setZone('zone3', { status: 'OPERATING' });
    const refused = await api.post(servers, one([3], 'zone3'));
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'OBE18008' } } });
    await setZone('zone3', { status: 'RUNNING' });
  });

  it('with a host that has a server of a run that failed is refused', async () => {
    api.flow.conduct.set('Reserve host', 'fail');
    const { data } = await api.post(servers, one([4]));
    await untilOver(api, Number(data['id']));
    api.flow.conduct.clear();
    expect(await api.post(servers, one([4]))).toMatchObject({ status: 400, body: { error: { code: 'OBE11021' } } });
  });
});

describe('a list', () => {
  const lists = [
    '/api/v2/ob/clusters',
    '/api/v2/compute/hosts',
    '/api/v2/software-packages',
    '/api/v2/tasks/instances',
  ];

  it.each(lists)(
    '%s refuses an unknown filter and an unknown order, and has an empty page beyond the end',
    async (url) => {
      expect(await api.get(`${url}?colour=red`)).toMatchObject({ status: 400, body: { error: { code: 'COM10001' } } });
      expect(await api.get(`${url}?sort=colour,asc`)).toMatchObject({
        status: 400,
        body: { error: { code: 'COM10011' } },
      });
      expect(await api.get(`${url}?sort=id,sideways`)).toMatchObject({
        status: 400,
        body: { error: { code: 'COM10011' } },
      });
      expect(await api.get(`${url}?page=0`)).toMatchObject({ status: 400, body: { error: { code: 'COM10001' } } });
      expect(await api.get(`${url}?size=2001`)).toMatchObject({ status: 400, body: { error: { code: 'COM10001' } } });
      const beyond = await api.get(`${url}?page=1000&size=5`);
      expect(beyond).toMatchObject({ status: 200, data: { contents: [], page: { number: 1000, size: 5 } } });
    },
  );
});

describe('something that there is not', () => {
  const unknown = [
    ['/api/v2/ob/clusters/9', 'OBE11001'],
    ['/api/v2/ob/clusters/9/zones', 'OBE11001'],
    ['/api/v2/ob/clusters/9/servers', 'OBE11001'],
    ['/api/v2/ob/clusters/1/zones/zone9/servers', 'OBE18002'],
    ['/api/v2/compute/hosts/99', 'CMP07005'],
    ['/api/v2/tasks/instances/99', 'TSK10001'],
    ['/api/v2/tasks/99', 'TSK10001'],
    ['/api/v2/tasks/instances/99/subtasks/1/log', 'TSK10001'],
  ] as const;

  it.each(unknown)('%s is answered with 404', async (url, code) => {
    expect(await api.get(url)).toMatchObject({ status: 404, body: { successful: false, error: { code } } });
  });
});

async function setCluster(change: object): Promise<void> {
  await changeRow('clusters', '1', change);
}

async function setZone(name: string, change: object): Promise<void> {
  await changeRow('zones', `1/${name}`, change);
}

async function changeRow(table: string, key: string, change: object): Promise<void> {
  await api.store.transact(async (tables) => {
    const row = await tables.get(table, key);
    await tables.put(table, key, { ...row, ...change });
  });
}
