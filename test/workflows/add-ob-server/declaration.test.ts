import fc from 'fast-check';
import { planWorkflow, type Plan } from 'precede';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { upstreamsOf } from '../../../src/graph/index.ts';
import workflow from '../../../workflows/add-ob-server/index.ts';

const documented = [
  'Prepare add observer',
  'Reserve host',
  'Pre check for install OB',
  'Wait node',
  'Install rpm',
  'Wait node',
  'Make dir for ob',
  'Wait node',
  'Start observer process with param',
  'Wait node',
  'Add observer',
  'Wait observer active',
  'Restart observer process',
  'Wait observer active',
  'Start ocp agent service',
  'Wait node',
  'Update observer status',
  'Wait node',
  'Update zone status',
  'Sync cluster info',
  'Update OB cluster status',
];

interface Node {
  readonly name: string;
  readonly upstreams: readonly number[];
}

function nodesOf(plan: Plan): readonly Node[] {
  return plan.tasks.map(({ name }, index) => ({
    name,
    upstreams: [...upstreamsOf(plan.graph, index)].sort((a, b) => a - b),
  }));
}

/** N servers dealt out over M zones, in the form that the declaration takes for several zones. */
function planFor(servers: number, zones: number): Plan {
  const placements = Array.from({ length: zones }, (_, zone) => ({
    zoneName: `zone${zone + 1}`,
    hostIds: Array.from({ length: servers }, (_, index) => index + 1).filter((id) => (id - 1) % zones === zone),
  }));
  return planWorkflow(workflow, { clusterId: 1, placements });
}

const sizes = fc
  .integer({ min: 1, max: 5 })
  .chain((zones) => fc.tuple(fc.integer({ min: zones, max: 5 }), fc.constant(zones)));

describe('the plan of Add OB server', () => {
  it('is the documented chain of 21 for one server', () => {
    const nodes = nodesOf(planWorkflow(workflow, { clusterId: 1, zoneName: 'zone2', servers: [1] }));
    expect(nodes.map(({ name }) => name)).toEqual(documented);
    expect(nodes.map(({ upstreams }) => upstreams)).toEqual(
      documented.map((_, index) => (index === 0 ? [] : [index - 1])),
    );
  });

  it('has the names and edges of the documented response', () => {
    const file = new URL('../../fixtures/add-ob-server.response.json', import.meta.url);
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as {
      data: { tasks: { id: number; name: string; upstreams: number[]; downstreams: number[] }[] };
    };
    const byId = new Map(data.tasks.map((task) => [task.id, task]));
    const chain: string[] = [];
    let next = data.tasks.find(({ upstreams }) => upstreams.length === 0);
    while (next) {
      chain.push(next.name);
      next = byId.get(next.downstreams[0] ?? 0);
    }
    const plan = planWorkflow(workflow, { clusterId: 21, zoneName: 'zone1', servers: [1] });
    expect(plan.tasks.map(({ name }) => name)).toEqual(chain);
  });

  it('takes one zone as zoneName and servers, or any number as placements, to the same plan', () => {
    const one = planWorkflow(workflow, { clusterId: 1, zoneName: 'zone2', servers: [1, 2] });
    const other = planWorkflow(workflow, { clusterId: 1, placements: [{ zoneName: 'zone2', hostIds: [1, 2] }] });
    expect(other.fingerprint).toBe(one.fingerprint);
    expect(other.input).toEqual(one.input);
  });

  it.each([
    [1, 1, 21],
    [2, 1, 29],
    [3, 1, 37],
    [3, 3, 39],
  ])('has for %i servers in %i zones the %i tasks of the paper', (servers, zones, tasks) => {
    expect(planFor(servers, zones).tasks).toHaveLength(tasks);
  });

  it('has 12 + 8N + M tasks for N servers in M zones', () => {
    fc.assert(
      fc.property(sizes, ([servers, zones]) => {
        expect(planFor(servers, zones).tasks).toHaveLength(12 + 8 * servers + zones);
      }),
    );
  });

  it('fans out with one copy a host or zone, numbered from 0, every copy joined with all of its neighbours', () => {
    fc.assert(
      fc.property(sizes, ([servers, zones]) => {
        const plan = planFor(servers, zones);
        const copiesOf = (name: string): number =>
          name === 'Update zone status' ? zones : fannedOut.has(name) ? servers : 1;
        let first = 0;
        let previous: number[] = [];
        for (const name of documented) {
          const stage = Array.from({ length: copiesOf(name) }, (_, copy) => first + copy);
          for (const [copy, index] of stage.entries()) {
            const task = plan.tasks[index];
            expect(task?.name).toBe(name);
            expect(task?.lane?.index ?? -1).toBe(copiesOf(name) > 1 || fannedOut.has(name) ? copy : -1);
            expect([...upstreamsOf(plan.graph, index)].sort((a, b) => a - b)).toEqual(previous);
          }
          previous = stage;
          first += stage.length;
        }
      }),
    );
  });

  it('has no edge from one parallel task to another', () => {
    fc.assert(
      fc.property(sizes, ([servers, zones]) => {
        const plan = planFor(servers, zones);
        for (const [index, task] of plan.tasks.entries()) {
          if (!task.lane) continue;
          for (const upstream of upstreamsOf(plan.graph, index)) expect(plan.tasks[upstream]?.lane).toBeUndefined();
        }
      }),
    );
  });

  it('names lanes by host and zone, and limits host steps by host', () => {
    const plan = planFor(2, 2);
    const keys = plan.tasks.map(({ key }) => key);
    expect(keys).toContain('host:2/Install rpm');
    expect(keys).toContain('zone:zone2/Update zone status');
    expect(plan.tasks.find(({ key }) => key === 'host:2/Install rpm')?.limits).toEqual(['host:2']);
    expect(plan.tasks.find(({ key }) => key === 'host:2/Add observer')?.limits).toEqual([]);
  });

  it('has the documented timeouts and an estimate for every task', () => {
    const plan = planFor(1, 1);
    const seconds = Object.fromEntries(plan.tasks.map(({ name, timeoutMs }) => [name, (timeoutMs ?? 0) / 1_000]));
    expect(seconds).toEqual({
      'Prepare add observer': 300,
      'Reserve host': 1_800,
      'Pre check for install OB': 1_800,
      'Wait node': 30,
      'Install rpm': 3_600,
      'Make dir for ob': 600,
      'Start observer process with param': 1_200,
      'Add observer': 300,
      'Wait observer active': 1_800,
      'Restart observer process': 1_200,
      'Start ocp agent service': 1_800,
      'Update observer status': 300,
      'Update zone status': 1_800,
      'Sync cluster info': 30,
      'Update OB cluster status': 30,
    });
    expect(plan.tasks.filter(({ kind }) => kind === 'task').every(({ estimateMs }) => estimateMs > 0)).toBe(true);
  });

  it('claims its cluster', () => {
    expect(planFor(1, 1).claims).toEqual(['cluster:1']);
  });
});

const fannedOut = new Set([
  'Pre check for install OB',
  'Install rpm',
  'Make dir for ob',
  'Start observer process with param',
  'Add observer',
  'Restart observer process',
  'Start ocp agent service',
  'Update observer status',
  'Update zone status',
]);
