import { join } from 'node:path/posix';
import type { ServerForm } from '../database/dialect.ts';
import type { ClusterRecord } from '../inventory/cluster-record.ts';
import type { HostRecord } from '../inventory/host-record.ts';

/** Where things of one server stand on its host. All absolute. */
export interface ObserverPaths {
  readonly home: string;
  readonly program: string;
  readonly libraries: string;
  readonly pidFile: string;
  readonly savedConfig: string;
  readonly log: string;
  /** What the observer takes for its data directory: links to the directories below. */
  readonly store: string;
  /** What the server writes to: must be empty before its first start. */
  readonly leaves: readonly string[];
  /** Every directory that is made, parents first. */
  readonly directories: readonly string[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Where the saved configuration is kept once more (parameter config_additional_dir). */
  readonly configCopies: readonly string[];
}

/** The places of a cluster's server on a host, whose version decides on its directories. */
export function observerPaths(
  { homePath: home, dataPath, logPath }: Pick<HostRecord, 'homePath' | 'dataPath' | 'logPath'>,
  { name }: Pick<ClusterRecord, 'name'>,
  { onDataDisk, onLogDisk }: ServerForm['directories'],
): ObserverPaths {
  const stores = join(home, 'store');
  const store = join(stores, name);
  const data = join(dataPath, name);
  const log = join(logPath, name);
  const links = [
    ...onDataDisk.map((leaf) => ({ path: join(store, leaf), target: join(data, leaf) })),
    ...onLogDisk.map((leaf) => ({ path: join(store, leaf), target: join(log, leaf) })),
  ];
  const leaves = links.map(({ target }) => target);
  return {
    home,
    program: join(home, 'bin', 'observer'),
    libraries: join(home, 'lib'),
    pidFile: join(home, 'run', 'observer.pid'),
    savedConfig: join(home, 'etc', 'observer.config.bin'),
    log: join(home, 'log'),
    store,
    leaves,
    directories: [data, log, ...leaves, stores, store],
    links,
    configCopies: [join(log, 'etc2'), join(data, 'etc3')],
  };
}
