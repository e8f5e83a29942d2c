import { planWorkflow, type InvalidPlanError } from 'precede';
import { describe, expect, it } from 'vitest';
import workflow from '../../../workflows/add-ob-server/index.ts';

type Raw = Parameters<typeof planWorkflow<never>>[1];

function problemsWith(input: unknown): readonly string[] {
  try {
    planWorkflow(workflow, input as Raw);
  } catch (error) {
    return (error as InvalidPlanError).problems.map(({ message }) => message);
  }
  return [];
}

const valid = { clusterId: 1, zoneName: 'zone2', servers: [1, 2] };

describe('the input of Add OB server', () => {
  it('is refused without a server', () => {
    expect(problemsWith({ ...valid, servers: [] })).toEqual(['input field "servers": name at least one host']);
  });

  it('is refused with a host twice, by position', () => {
    expect(problemsWith({ ...valid, servers: [1, 2, 1] })).toEqual([
      'input field "servers.2": host 1 is named before; name it once',
    ]);
  });

  it('is refused with a host in two zones, and with a zone twice', () => {
    const placements = [
      { zoneName: 'zone1', hostIds: [1] },
      { zoneName: 'zone1', hostIds: [1] },
    ];
    expect(problemsWith({ clusterId: 1, placements })).toEqual([
      'input field "placements.1.hostIds.0": host 1 is named before; name it once',
      'input field "placements.1.zoneName": zone zone1 is named before; name it once',
    ]);
  });

  it('is refused in both forms at once, and in neither', () => {
    const placements = [{ zoneName: 'zone1', hostIds: [3] }];
    expect(problemsWith({ ...valid, placements })).toEqual([
      'input field "zoneName": give zoneName and servers, or placements, not both',
      'input field "servers": give zoneName and servers, or placements, not both',
    ]);
    expect(problemsWith({ clusterId: 1 })).toEqual([
      'input field "zoneName": name the zone that gets the servers',
      'input field "servers": name at least one host',
    ]);
  });

  it('is refused with everything of the wrong type at once', () => {
    expect(problemsWith({ clusterId: '1', zoneName: 'a zone', servers: [1.5] })).toEqual([
      'input field "clusterId": a cluster id is a whole number',
      'input field "zoneName": a zone name is 1 to 128 letters, digits and underscores',
      'input field "servers.0": a host id is a whole number',
    ]);
  });

  it('is refused with a field that nobody knows', () => {
    expect(problemsWith({ ...valid, server: [1] }).join()).toContain('"server"');
  });

  it('is refused with a start-up parameter that would smuggle in another, or twice', () => {
    const startupParameters = [
      { name: 'memory_limit', value: '6G,system_memory=1G' },
      { name: 'memory limit', value: '6G' },
    ];
    expect(problemsWith({ ...valid, startupParameters })).toEqual([
      'input field "startupParameters.0.value": a value is 1 to 4096 characters without commas and control characters',
      'input field "startupParameters.1.name": a parameter name is 1 to 128 letters, digits and underscores',
    ]);
    const twice = [
      { name: 'memory_limit', value: '6G' },
      { name: 'memory_limit', value: '7G' },
    ];
    expect(problemsWith({ ...valid, startupParameters: twice })).toEqual([
      'input field "startupParameters.1.name": startup parameter memory_limit is named before; name it once',
    ]);
  });

  it('is kept as placements', () => {
    expect(planWorkflow(workflow, { ...valid, packageOperatingSystem: 'el7' }).input).toEqual({
      clusterId: 1,
      placements: [{ zoneName: 'zone2', hostIds: [1, 2] }],
      packageOperatingSystem: 'el7',
      startupParameters: [],
    });
  });
});
