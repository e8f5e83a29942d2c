import type { RunSnapshot, TaskSnapshot } from '../../src/state/index.ts';

const firstId = 129_356;

/** The chain of the sample: each task with its id, in the order in which they run. */
const chain: readonly (readonly [id: number, name: string])[] = [
  [129_372, 'Prepare add observer'],
  [129_376, 'Reserve host'],
  [129_365, 'Pre check for install OB'],
  [129_356, 'Wait node'],
  [129_369, 'Install rpm'],
  [129_375, 'Wait node'],
  [129_371, 'Make dir for ob'],
  [129_367, 'Wait node'],
  [129_357, 'Start observer process with param'],
  [129_370, 'Wait node'],
  [129_373, 'Add observer'],
  [129_361, 'Wait observer active'],
  [129_360, 'Restart observer process'],
  [129_363, 'Wait observer active'],
  [129_374, 'Start ocp agent service'],
  [129_358, 'Wait node'],
  [129_364, 'Update observer status'],
  [129_366, 'Wait node'],
  [129_362, 'Update zone status'],
  [129_368, 'Sync cluster info'],
  [129_359, 'Update OB cluster status'],
];

/** The state that the documented sample shows: the first task runs, everything else is pending. */
export const sampleState: RunSnapshot = {
  id: 107_720,
  name: 'Add OB server',
  state: 'RUNNING',
  operation: 'EXECUTE',
  context: {
    stringMap: {
      cluster_name: 'ob_upgrade',
      cluster_id: '21',
      ob_cluster_id: '22',
      service_type: 'OB_CLUSTER',
      service_name: 'ob_upgrade:22',
      service_version: '2.2.75',
      rpm_name: 'oceanbase-2.2.75-20210108170301.el7.x86_64.rpm',
      'host.1.zone': 'zone1',
    },
    listMap: {
      zone_names: ['zone1'],
      host_ids: ['1'],
      server_ids: ['7'],
      root_server_ips: ['xxx.xxx.xxx.xxx'],
    },
  },
  subject: { obClusterId: 22, name: 'ob_upgrade', id: 21 },
  creator: { id: 100, name: 'admin' },
  createdAtMs: Date.UTC(2021, 2, 2, 3, 6, 34, 123),
  startedAtMs: Date.UTC(2021, 2, 2, 3, 6, 34, 345),
  utcOffsetMinutes: 8 * 60,
  tasks: chain.map(([id, name], position) => ({
    ...plainTask(id, name),
    key: `${id - firstId}`,
    state: position === 0 ? 'RUNNING' : 'PENDING',
    attempt: position === 0 ? 1 : 0,
    upstreams: idsAt(position - 1),
    downstreams: idsAt(position + 1),
  })),
};

function idsAt(position: number): readonly number[] {
  const task = chain[position];
  return task ? [task[0]] : [];
}

/** A task that has no neighbours and has not begun. */
export function plainTask(id: number, name: string): TaskSnapshot {
  return {
    id,
    key: String(id),
    name,
    description: name,
    state: 'PENDING',
    operation: 'EXECUTE',
    attempt: 0,
    upstreams: [],
    downstreams: [],
    parallelIdx: -1,
    isBarrier: name === 'Wait node',
    irreversible: false,
    skippable: true,
  };
}

/** A run of some tasks, of which nothing else is known. */
export function runOf(tasks: readonly TaskSnapshot[], parts: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    id: 1,
    name: 'Run',
    state: 'RUNNING',
    operation: 'EXECUTE',
    context: '',
    utcOffsetMinutes: 0,
    tasks,
    ...parts,
  };
}
