import type { Problem } from '../../errors/index.ts';
import type { ServerRow } from '../database/server-row.ts';
import { installedName, type PackageRecord } from '../inventory/package-record.ts';
import type { HostFacts } from './host-facts.ts';
import { minimumProblems } from './host-minimums.ts';
import { listensAt, type Listener } from './listeners.ts';
import { isOwnObserver } from './observer-arguments.ts';
import type { ObserverProcess } from './observer-process.ts';
import type { ServerSite } from './site.ts';
import type { ServerToAdd } from './step.ts';

/** Everything that was seen of a host before a server is put on it. */
export interface HostEvidence {
  readonly site: ServerSite;
  readonly server: Pick<ServerToAdd, 'zoneName'>;
  readonly facts: HostFacts;
  readonly listeners: readonly Listener[];
  /** What stands at the data and log mounts and at the directories that the server will write to. */
  readonly states: ReadonlyMap<string, string>;
  readonly observer: ObserverProcess | undefined;
  /** The command line of that observer. */
  readonly startedWith: string;
  /** The versions of the package that are installed. */
  readonly installed: readonly string[];
  /** The network device that has the server's address; undefined when none has, or nobody needs to know. */
  readonly device: string | undefined;
  /** The server in the cluster's view. */
  readonly row: ServerRow | undefined;
  readonly package: PackageRecord;
}

/**
 * Everything that stands against putting a server on the host. What was done before of the very work that is to be done
 * (this package, this observer) does not: the steps find it, and leave it as it is.
 */
export function hostProblems(evidence: HostEvidence): readonly Problem[] {
  const { site, facts } = evidence;
  const requirements = site.cluster.hostRequirements;
  return [
    ...mountProblems(evidence),
    ...(isOwnObserver(evidence) ? [] : [...portProblems(evidence), ...occupancyProblems(evidence)]),
    ...packageProblems(evidence),
    ...sudoProblems(evidence),
    ...processorProblems(evidence),
    ...networkProblems(evidence),
    ...minimumProblems(facts, requirements),
    ...clockProblems(facts, requirements),
  ];
}

function portProblems({ site, listeners }: HostEvidence): readonly Problem[] {
  const { innerIpAddress: ip, sqlPort, rpcPort } = site.host;
  return [
    { port: sqlPort, what: 'SQL' },
    { port: rpcPort, what: 'RPC' },
  ]
    .filter(({ port }) => listensAt(listeners, { ip, port }))
    .map(({ port, what }) =>
      problem(
        'PORT_TAKEN',
        'COM32001',
        `something listens on the ${what} port ${port} already`,
        `End what listens on ${ip}:${port}.`,
      ),
    );
}

function mountProblems({ site, states, facts }: HostEvidence): readonly Problem[] {
  const { host, paths } = site;
  const mounts = [host.dataPath, host.logPath]
    .filter((path) => states.get(path) === 'absent' || states.get(path) === 'file')
    .map((path) =>
      problem('DIRECTORY_MISSING', 'COM10002', `there is no directory ${path}`, `Mount the disk at ${path}.`),
    );
  const closed = [
    { path: paths.home, isWritable: facts.isHomeWritable },
    { path: host.dataPath, isWritable: facts.isDataWritable },
    { path: host.logPath, isWritable: facts.isLogWritable },
  ]
    .filter(({ isWritable }) => !isWritable)
    .map(({ path }) =>
      problem(
        'DIRECTORY_NOT_WRITABLE',
        'CMP07006',
        `${facts.user ?? 'the user'} may not write to ${path}`,
        `Give ${path} to the user.`,
      ),
    );
  const foreign = [
    { path: host.dataPath, isOwner: facts.isDataOwner },
    { path: host.logPath, isOwner: facts.isLogOwner },
  ]
    .filter(({ isOwner }) => isOwner === false)
    .map(({ path }) => {
      const message = `${path} belongs to another user than ${facts.user ?? 'the one who logs in'}`;
      return problem('DIRECTORY_OWNER', 'CMP07006', message, `chown ${facts.user ?? 'admin'} ${path}`);
    });
  return [...mounts, ...closed, ...foreign];
}

function occupancyProblems({ site, states, observer, row }: HostEvidence): readonly Problem[] {
  const { home, leaves } = site.paths;
  const full = leaves
    .filter((path) => states.get(path) === 'full')
    .map((path) => problem('DIRECTORY_NOT_EMPTY', 'CMP07006', `${path} is not empty`, 'Move what is in it away.'));
  const running = observer
    ? [
        problem(
          'OBSERVER_RUNNING',
          'COM32001',
          `an observer runs in ${home} already, pid ${observer.pid}`,
          'End it, or choose another host.',
        ),
      ]
    : [];
  const member = row
    ? [
        problem(
          'SERVER_PRESENT',
          'OBE11021',
          `the cluster has the server already, in ${row.zone} and ${row.status}`,
          'Delete it from the cluster, or choose another host.',
        ),
      ]
    : [];
  return [...full, ...running, ...member];
}

function packageProblems({ installed, package: wanted }: HostEvidence): readonly Problem[] {
  return installed
    .filter((name) => name !== installedName(wanted))
    .map((name) => problem('PACKAGE_PRESENT', 'CMP07010', `${name} is installed already`, `Remove it: rpm -e ${name}`));
}

function sudoProblems({ site, facts }: HostEvidence): readonly Problem[] {
  if (!site.host.sudo || facts.maySudo !== false) return [];
  const user = facts.user ?? 'the user';
  const message = `${user} may not run rpm through sudo without a password`;
  return [
    problem('SUDO_REFUSED', 'CMP07006', message, `Allow it in sudoers: ${user} ALL=(root) NOPASSWD: /usr/bin/rpm`),
  ];
}

function processorProblems({ facts, package: wanted, site }: HostEvidence): readonly Problem[] {
  const { architecture, hasAvx } = facts;
  if (site.dialect.server.needsAvx && wanted.architecture === 'x86_64' && hasAvx === false) {
    const lacks = 'its processors have no AVX, without which OceanBase 4.x does not start';
    return [problem('AVX_MISSING', 'OBE19018', lacks, 'Choose another host, or let the virtual machine have AVX.')];
  }
  if (architecture === null || architecture === wanted.architecture) return [];
  const message = `its processors are ${architecture}, the package is for ${wanted.architecture}`;
  return [
    problem(
      'ARCHITECTURE_MISMATCH',
      'OBE11023',
      message,
      'Choose another host, or add the package for its processors.',
    ),
  ];
}

function networkProblems({ site, device }: HostEvidence): readonly Problem[] {
  if (site.dialect.server.networkFlag !== '-i' || device !== undefined) return [];
  const ip = site.host.innerIpAddress;
  const message = `no network device has the address ${ip}, and the observer is told its device`;
  return [problem('NETWORK_DEVICE_MISSING', 'COM10001', message, 'Correct the address in the inventory.')];
}

function clockProblems(
  { clockDifferenceMs }: HostFacts,
  { clockDifferenceMaxMs }: Pick<ServerSite['cluster']['hostRequirements'], 'clockDifferenceMaxMs'>,
): readonly Problem[] {
  if (clockDifferenceMs === null || clockDifferenceMs < clockDifferenceMaxMs) return [];
  const message = `its clock differs by ${clockDifferenceMs} ms, less than ${clockDifferenceMaxMs} ms is needed`;
  return [
    problem(
      'CLOCK_DIFFERENCE',
      'CMP07021',
      message,
      'Set the clocks of both sides by the same NTP servers (chronyc tracking shows the difference).',
    ),
  ];
}

function problem(code: string, ocpCode: string, message: string, next: string): Problem {
  return { code, message, next, details: { ocpCode } };
}
