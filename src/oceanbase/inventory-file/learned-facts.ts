import type { ClusterRecord, RootServer } from '../inventory/cluster-record.ts';
import type { ZoneRecord } from '../inventory/zone-record.ts';
import type { DescribedCluster, DescribedZone } from './fleet-description.ts';

/**
 * A described cluster with the root servers that the database has told since, as long as those of the file are among
 * them: a file need not name them all.
 */
export function withLearnedRoots<Described extends Pick<DescribedCluster, 'rootServers'>>(
  described: Described,
  known: ClusterRecord | undefined,
): Described {
  const learned = new Set(known?.rootServers.map(placeOf));
  const isCovered = described.rootServers.every((server) => learned.has(placeOf(server)));
  return known && isCovered ? { ...described, rootServers: known.rootServers } : described;
}

/** A described zone with the places that the database has told, where the file names none. */
export function withLearnedPlace(
  { name, idcName, regionName }: DescribedZone,
  known: ZoneRecord | undefined,
): DescribedZone {
  return { name, idcName: idcName ?? known?.idcName ?? null, regionName: regionName ?? known?.regionName ?? null };
}

function placeOf({ ip, rpcPort }: RootServer): string {
  return `${ip} ${rpcPort}`;
}
