import { probeFleet, readInventoryFile, type FleetDescription, type FleetProbe } from '../oceanbase/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { Terminal } from './output.ts';
import { clusterLines, hostLines } from './views/probe-lines.ts';

/** What `precede inventory check` is asked. */
export interface CheckFlags {
  readonly connect?: true;
  readonly format: 'text' | 'json';
}

/** Reads a file through, and with `connect` looks at what it describes. Answers the exit code; 1 when something is wrong there. */
export async function checkInventory(file: string, flags: CheckFlags, { out, err }: Terminal): Promise<number> {
  const fleet = await readInventoryFile(file, { isThorough: true });
  const notes = notesOn(fleet);
  if (flags.connect && err.isLive) err.lines([`Reaching ${countText(fleet.hosts.length, 'host')} …`]);
  const probe = flags.connect ? await probeFleet(fleet) : undefined;
  const isSound = probe === undefined || [...probe.hosts, ...probe.clusters].every((row) => row.problems.length === 0);
  if (flags.format === 'json') out.lines([JSON.stringify(checkJson(file, fleet, { notes, probe, isSound }), null, 2)]);
  else {
    const { clusters, hosts, packages } = fleet;
    const counts = [
      countText(clusters.length, 'cluster'),
      countText(hosts.length, 'host'),
      countText(packages.length, 'package'),
    ];
    out.lines([`${file}: ${counts.join(', ')}; the file is right.`, ...notes.map((note) => `note: ${note}`)]);
    if (probe)
      out.lines([...probe.hosts.flatMap(hostLines(out.paint)), ...probe.clusters.flatMap(clusterLines(out.paint))]);
  }
  return isSound ? exitCodes.done : exitCodes.failed;
}

/** `1 host`, `3 hosts`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function notesOn({ clusters, packages }: FleetDescription): readonly string[] {
  const unserved = clusters.filter(({ obVersion }) => packages.every(({ version }) => version !== obVersion));
  return unserved.map(({ id, obVersion }) => `no package has version ${obVersion}, which cluster ${id} needs`);
}

interface Checked {
  readonly notes: readonly string[];
  readonly probe: FleetProbe | undefined;
  readonly isSound: boolean;
}

function checkJson(file: string, fleet: FleetDescription, { notes, probe, isSound }: Checked) {
  const { clusters, hosts, packages } = fleet;
  return {
    file,
    clusters: clusters.length,
    hosts: hosts.length,
    packages: packages.length,
    notes,
    isSound,
    ...(probe && {
      found: {
        hosts: probe.hosts.map(({ host, findings, problems }) => ({
          id: host.id,
          name: host.name,
          isReached: findings !== undefined,
          facts: findings?.facts ?? null,
          notes: findings?.notes ?? [],
          problems,
        })),
        clusters: probe.clusters.map(({ cluster: { id, name }, servers, zones, versions, problems }) => ({
          ...{ id, name, servers, zones, versions, problems },
        })),
      },
    }),
  };
}
