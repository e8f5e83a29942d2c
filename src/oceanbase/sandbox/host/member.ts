import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrecedeError } from '../../../errors/index.ts';
import type { HostConfig } from '../host-config.ts';
import { writeJsonFile } from '../json-file.ts';
import type { HostPaths } from '../layout.ts';
import { standInDevice } from '../release.ts';
import type { ClusterState } from '../observer/cluster-state.ts';
import { atOnceVariable, startDaemon } from '../observer/daemon.ts';
import { installFiles } from '../rpm/install.ts';
import { openPackageDatabase } from '../rpm/package-database.ts';
import type { PackageContent } from '../rpm/package-file.ts';

/** A host that is a member of the cluster from the beginning. */
export interface Member {
  readonly config: HostConfig;
  readonly paths: HostPaths;
  readonly zone: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Puts a member's package and store where adding it would have put them. */
export function makeMemberFiles({ config, paths }: Member, content: PackageContent): void {
  openPackageDatabase(paths.packageDatabasePath).add(
    installFiles(content, paths.homePath, { rootPath: paths.rootPath, diskFull: false }),
  );
  const { name, rootServer } = config.cluster;
  const store = storeOf(paths, name);
  mkdirSync(store, { recursive: true });
  const { data, log } = config.release.directories;
  const places = [
    ...data.map((directory) => ({ directory, mount: paths.dataPath })),
    ...log.map((directory) => ({ directory, mount: paths.logPath })),
  ];
  for (const { directory, mount } of places) {
    const target = join(mount, name, directory);
    mkdirSync(target, { recursive: true });
    symlinkSync(target, join(store, directory));
  }
  writeFileSync(join(store, 'clog', '0'), 'log of the stand-in observer\n');
  writeJsonFile(join(store, 'slog', 'membership.json'), { host: rootServer.ip, port: rootServer.rpcPort });
}

/** Gives the root server the cluster that it begins with. */
export function writeClusterState({ paths, config }: Member, state: ClusterState): void {
  writeJsonFile(join(storeOf(paths, config.cluster.name), 'sstable', 'cluster.json'), state);
}

/** Starts a member's observer. Rejects with `MEMBER_NOT_STARTED` when it refuses. */
export async function startMember({ config, paths, zone, env }: Member): Promise<void> {
  const { ip, sqlPort, rpcPort, cluster } = config;
  const rootServer = `${cluster.rootServer.ip}:${cluster.rootServer.rpcPort}:${cluster.rootServer.sqlPort}`;
  const flags = {
    ...(config.release.line === '2x' ? { '-i': standInDevice } : { '-I': ip }),
    ...{ '-p': sqlPort, '-P': rpcPort, '-z': zone, '-d': storeOf(paths, cluster.name) },
    ...{ '-r': rootServer, '-c': cluster.id, '-n': cluster.name, '-o': 'memory_limit=6G,system_memory=1G' },
  };
  const status = await startDaemon({
    launcher: join(paths.homePath, 'bin', 'observer'),
    args: Object.entries(flags).flatMap(([flag, value]) => [flag, String(value)]),
    home: paths.homePath,
    env: { ...env, [atOnceVariable]: '1' },
  });
  if (status === 0) return;
  const log = join(paths.homePath, 'log', 'observer.log');
  throw new PrecedeError('MEMBER_NOT_STARTED', {
    message: `The observer of sandbox host ${config.id} ended with status ${status}.`,
    next: `Read ${log}.`,
    details: { hostId: config.id, log },
  });
}

function storeOf(paths: HostPaths, clusterName: string): string {
  return join(paths.homePath, 'store', clusterName);
}
