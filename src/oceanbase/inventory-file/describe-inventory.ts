import type { Inventory } from '../inventory/inventory.ts';
import type { ServerRecord } from '../inventory/server-record.ts';
import type { DescribedCluster, DescribedHost, DescribedPackage, FleetDescription } from './fleet-description.ts';

/**
 * What is known now, as a file would describe it: hosts whose server runs name it, also those that runs have added. How
 * runs stand is not part of it.
 */
export async function describeInventory(inventory: Inventory): Promise<FleetDescription> {
  const zones = await inventory.zones.list();
  const servers = await inventory.servers.list();
  const clusters = (await inventory.clusters.list()).map((row): DescribedCluster => {
    const { id, name, obClusterId, obVersion, rootServers, sqlAddresses, sysUser, password, hostRequirements } = row;
    return {
      ...{ id, name, obClusterId, obVersion, rootServers, sqlAddresses, sysUser, password, hostRequirements },
      startupParameters: row.startupParameters,
      zones: zones
        .filter(({ clusterId }) => clusterId === id)
        .map((zone) => ({ name: zone.name, idcName: zone.idcName, regionName: zone.regionName })),
    };
  });
  const hosts = (await inventory.hosts.list()).map((row): DescribedHost => {
    const { id, name, innerIpAddress, sshHost, sshPort, user, key, hostKey, sudo } = row;
    const { homePath, dataPath, logPath, agentPath, sqlPort, rpcPort, startupParameters } = row;
    const { architecture, operatingSystem, regionName, idcName } = row;
    return {
      ...{ id, name, innerIpAddress, sshHost, sshPort, user, key, hostKey, sudo },
      ...{ homePath, dataPath, logPath, agentPath, sqlPort, rpcPort, startupParameters },
      ...{ architecture, operatingSystem, regionName, idcName },
      server: runningOn(id, servers),
    };
  });
  const packages = (await inventory.packages.list()).map((row): DescribedPackage => {
    const { id, name, fileName, path, downloadUrl, size, sha256, version, buildNumber } = row;
    const { operatingSystem, architecture } = row;
    return {
      ...{ id, name, fileName, path, downloadUrl, size, sha256, version, buildNumber },
      ...{ operatingSystem, architecture },
    };
  });
  return { clusters, hosts, packages };
}

/** A server that a run is still adding, or did not bring up, is the run's affair. */
function runningOn(hostId: number, servers: readonly ServerRecord[]): DescribedHost['server'] {
  const server = servers.find((row) => row.hostId === hostId && row.status === 'RUNNING');
  return server ? { clusterId: server.clusterId, zoneName: server.zoneName } : null;
}
