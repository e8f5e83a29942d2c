import { defineWorkflow, type Task } from 'precede';
import {
  addObserver,
  installRpm,
  makeDirectories,
  preCheckForInstall,
  prepareAddObserver,
  reserveHosts,
  restartObserver,
  startAgent,
  startObserver,
  syncClusterInfo,
  updateClusterStatus,
  updateServerStatus,
  updateZoneStatus,
  waitObserverActive,
  type ServerStep,
} from 'precede/oceanbase';
import { admit } from './admit.ts';
import { addObServerInput, serversToAdd, zonesOf } from './input.ts';
import { reopen } from './reopen.ts';
import { settle } from './settle.ts';

/**
 * Brings hosts into a running OceanBase cluster: 12 + 8N + M tasks for N servers in M zones, so 21 for one server.
 * Parallel stages are kept apart by barriers named `Wait node`; nothing else waits for more than it needs.
 */
export default defineWorkflow({
  name: 'Add OB server',
  version: '1',
  description: 'Installs OceanBase on hosts and adds them to a zone of a running cluster.',
  input: addObServerInput,
  // A host that fails holds up none of the others before the next barrier: all that is wrong is known at once.
  onFailure: 'continue',
  claims: ({ clusterId }) => [`cluster:${clusterId}`],
  admit,
  settle,
  reopen,

  declare(flow, input) {
    const cluster = { clusterId: input.clusterId };
    const servers = serversToAdd(input);
    const zones = zonesOf(input);

    const onEachHost = (name: string, after: Task, step: ServerStep) =>
      flow.forEach(servers, (server) => flow.task(name, { upstream: [after], ...step(server) }), {
        key: ({ hostId }) => `host:${hostId}`,
      });
    const waitNode = (joined: ReturnType<typeof onEachHost>) =>
      flow.barrier('Wait node', joined, { timeoutMs: 30_000 });

    const prepared = flow.task('Prepare add observer', prepareAddObserver(servers));
    const reserved = flow.task('Reserve host', { upstream: [prepared], ...reserveHosts(servers) });

    const checked = waitNode(onEachHost('Pre check for install OB', reserved, preCheckForInstall));
    const installed = waitNode(onEachHost('Install rpm', checked, installRpm));
    const made = waitNode(onEachHost('Make dir for ob', installed, makeDirectories));
    const started = waitNode(onEachHost('Start observer process with param', made, startObserver));

    const added = onEachHost('Add observer', started, addObserver);
    const joined = flow.task('Wait observer active', { upstream: [added], ...waitObserverActive(servers, 'added') });
    const restarted = onEachHost('Restart observer process', joined, restartObserver);
    const active = flow.task('Wait observer active', {
      upstream: [restarted],
      ...waitObserverActive(servers, 'restarted'),
    });

    const watched = waitNode(onEachHost('Start ocp agent service', active, startAgent));
    const serversUp = waitNode(onEachHost('Update observer status', watched, updateServerStatus));
    const zonesUp = flow.forEach(
      zones,
      (zoneName) =>
        flow.task('Update zone status', { upstream: [serversUp], ...updateZoneStatus({ ...cluster, zoneName }) }),
      { key: (zoneName) => `zone:${zoneName}` },
    );
    const synced = flow.task('Sync cluster info', { upstream: [zonesUp], ...syncClusterInfo(cluster) });
    flow.task('Update OB cluster status', { upstream: [synced], ...updateClusterStatus(cluster) });
  },
});
