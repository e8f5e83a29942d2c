import type { Tables } from '../../workflow/index.ts';
import type { SandboxAccess, SandboxHost, SandboxPackage } from '../sandbox/sandbox-access.ts';
import { standInHostRequirements } from './host-requirements.ts';
import { importInventory } from './import-inventory.ts';
import type { HostDescription, InventoryDescription } from './inventory-description.ts';

/**
 * Takes a sandbox into the inventory, within the transaction that the tables belong to: cluster 1 RUNNING with its
 * zones and members, the other hosts AVAILABLE. Again with the same sandbox it keeps what runs have changed; another
 * sandbox replaces it.
 *
 * @throws RefusedError `INVENTORY_CONFLICT` when an id belongs to rows that are no sandbox's
 */
export async function registerSandbox(tables: Tables, access: SandboxAccess, nowMs: number): Promise<void> {
  await importInventory(tables, describeSandbox(access), nowMs);
}

function describeSandbox({ cluster, hosts, packages, sql }: SandboxAccess): InventoryDescription {
  const [zone] = cluster.zones;
  return {
    origin: 'sandbox',
    cluster: {
      id: cluster.id,
      name: cluster.name,
      obClusterId: cluster.obClusterId,
      obVersion: cluster.obVersion,
      rootServers: cluster.servers
        .filter(({ ip, sqlPort }) => ip === sql.host && sqlPort === sql.port)
        .map(({ ip, port, sqlPort }) => ({ ip, rpcPort: port, sqlPort, role: 'LEADER' })),
      sqlAddresses: [{ host: sql.host, port: sql.port }],
      sysUser: sql.user,
      password: { file: sql.passwordFile },
      hostRequirements: standInHostRequirements,
    },
    zones: cluster.zones.map(({ name, region, idc }) => ({ name, regionName: region, idcName: idc })),
    hosts: hosts.map((host) => describeHost(host, zone)),
    packages: packages.map((row, index) => ({ id: index + 1, ...row, ...versionOf(row) })),
  };
}

/** All stand-in hosts stand in the place where the cluster stands. */
function describeHost(host: SandboxHost, place: { region: string; idc: string } | undefined): HostDescription {
  const { id, name, ip, ssh, sqlPort, rpcPort, homePath, dataPath, logPath, agentPath, architecture } = host;
  return {
    ...{ id, name, innerIpAddress: ip, sshHost: ssh.host, sshPort: ssh.port },
    ...{ user: ssh.user, key: { file: ssh.keyFile }, hostKey: ssh.hostKey },
    ...{ sqlPort, rpcPort, homePath, dataPath, logPath, agentPath, architecture },
    operatingSystem: host.operatingSystem,
    idcName: place?.idc ?? null,
    regionName: place?.region ?? null,
    typeName: 'stand-in',
    zoneName: host.zone,
  };
}

/** A package's own version holds its build number after a dash. */
function versionOf({ version: full }: SandboxPackage): { version: string; buildNumber: string } {
  const [version = full, ...build] = full.split('-');
  return { version, buildNumber: build.join('-') };
}
