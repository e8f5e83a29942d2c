import { describe, expect, it } from 'vitest';
import {
  addServer,
  markDeleting,
  markOffline,
  markReporting,
  removeServer,
  type ClusterState,
  type ServerProbe,
} from '../../../src/oceanbase/sandbox/observer/cluster-state.ts';

const zone = { region: 'here', idc: 'one', createTimeMs: 1, modifyTimeMs: 1 };
const state: ClusterState = {
  nextServerId: 2,
  zones: [
    { name: 'zone1', status: 'ACTIVE', ...zone },
    { name: 'zone2', status: 'ACTIVE', ...zone },
    { name: 'asleep', status: 'INACTIVE', ...zone },
  ],
  servers: [
    {
      ...{ id: 1, ip: '127.0.0.9', port: 2882, sqlPort: 2881, zone: 'zone1', withRootserver: true, status: 'ACTIVE' },
      ...{ startServiceTimeMs: 5, lastOfflineTimeMs: null, createTimeMs: 1, modifyTimeMs: 1, buildVersion: '4' },
    },
  ],
};
const probe: ServerProbe = { clusterId: 7, zone: 'zone2', sqlPort: 2881, isEmpty: true, buildVersion: '4' };
const address = { ip: '127.0.0.1', port: 2882 };
const added = addServer(state, address, { probe, clusterId: 7, zone: 'zone2', nowMs: 100 });

describe('the state of the cluster', () => {
  it('has an added server ACTIVE at once, but not serving', () => {
    expect(added.servers[1]).toEqual({
      ...{ id: 2, ip: '127.0.0.1', port: 2882, sqlPort: 2881, zone: 'zone2', withRootserver: false, status: 'ACTIVE' },
      ...{ startServiceTimeMs: null, lastOfflineTimeMs: null, createTimeMs: 100, modifyTimeMs: 100, buildVersion: '4' },
    });
    expect(added.nextServerId).toBe(3);
    expect(state.servers).toHaveLength(1);
  });

  it('takes the zone of the server itself when the statement names none', () => {
    expect(addServer(state, address, { probe, clusterId: 7, zone: undefined, nowMs: 1 }).servers[1]?.zone).toBe(
      'zone2',
    );
  });

  it.each([
    ['of another cluster', { ...probe, clusterId: 8 }, 'zone2', 4666],
    ['that is not empty', { ...probe, isEmpty: false }, 'zone2', 4179],
    ['in a zone that is not there', probe, 'zone9', 4018],
    ['in a zone that is not active', { ...probe, zone: 'asleep' }, 'asleep', 4179],
    ['in a zone other than its own', probe, 'zone1', 4179],
  ])('refuses a server %s', (_, wrong, into, errno) => {
    const add = (): unknown => addServer(state, address, { probe: wrong, clusterId: 7, zone: into, nowMs: 1 });
    expect(add).toThrow(expect.objectContaining({ errno }));
  });

  it('refuses a server that is there already, but says first that it is not empty', () => {
    const again = (isEmpty: boolean) => (): unknown =>
      addServer(added, address, { probe: { ...probe, isEmpty }, clusterId: 7, zone: 'zone2', nowMs: 1 });
    expect(again(true)).toThrow(expect.objectContaining({ errno: 4017 }));
    expect(again(false)).toThrow(expect.objectContaining({ errno: 4179, message: 'add non-empty server not allowed' }));
  });

  it('follows a server through reporting, serving, going offline and coming back', () => {
    const serving = markReporting(added, address, { startServiceTimeMs: 200, nowMs: 200 });
    expect(serving.servers[1]).toMatchObject({ status: 'ACTIVE', startServiceTimeMs: 200 });
    const offline = markOffline(serving, address, 300);
    expect(offline.servers[1]).toMatchObject({ status: 'INACTIVE', startServiceTimeMs: null, lastOfflineTimeMs: 300 });
    const back = markReporting(offline, address, { startServiceTimeMs: null, nowMs: 400 });
    expect(back.servers[1]).toMatchObject({ status: 'ACTIVE', startServiceTimeMs: null });
  });

  it('keeps a server DELETING whatever it reports until it is removed', () => {
    const deleting = markDeleting(added, address, 500);
    expect(markOffline(deleting, address, 600).servers[1]?.status).toBe('DELETING');
    expect(markReporting(deleting, address, { startServiceTimeMs: 1, nowMs: 600 }).servers[1]?.status).toBe('DELETING');
    expect(removeServer(deleting, address).servers).toEqual(state.servers);
  });

  it('refuses to delete a stranger and the root server', () => {
    expect(() => markDeleting(state, address, 1)).toThrow(expect.objectContaining({ errno: 4018 }));
    expect(() => markDeleting(state, { ip: '127.0.0.9', port: 2882 }, 1)).toThrow(
      expect.objectContaining({ errno: 4179 }),
    );
  });
});
