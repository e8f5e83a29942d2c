import type { ClusterRecord } from './cluster-record.ts';
import type { Inventory } from './inventory.ts';
import type { PackageRecord } from './package-record.ts';

/** What a package is chosen for. */
export interface PackageWish {
  readonly hostId: number;
  readonly packageOperatingSystem?: string | undefined;
}

/**
 * The one package that fits all the hosts: the cluster's version, the wished operating system, the hosts' processors.
 * Of several, the one whose operating system the hosts' kernels name; else the first. Undefined when none fits.
 */
export async function choosePackage(
  inventory: Inventory,
  cluster: Pick<ClusterRecord, 'obVersion'>,
  wishes: readonly PackageWish[],
): Promise<PackageRecord | undefined> {
  const hosts = (await Promise.all(wishes.map(({ hostId }) => inventory.hosts.get(hostId)))).filter(
    (host) => host !== undefined,
  );
  const systems = wishes
    .map(({ packageOperatingSystem }) => packageOperatingSystem)
    .filter((name) => name !== undefined);
  const fits = (await inventory.packages.list()).filter(
    (row) =>
      row.version === cluster.obVersion &&
      systems.every((name) => name === row.operatingSystem) &&
      hosts.every(({ architecture }) => architecture === null || architecture === row.architecture),
  );
  const named = fits.find((row) => hosts.every((host) => host.operatingSystem?.includes(row.operatingSystem) ?? false));
  return named ?? fits[0];
}
