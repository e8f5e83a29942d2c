import type { Problem } from '../../errors/index.ts';
import type { ServerRow } from '../database/server-row.ts';
import type { HostRequirements } from '../inventory/host-requirements.ts';
import type { PackageRecord } from '../inventory/package-record.ts';
import type { HostFacts } from './host-facts.ts';
import { listensAt, type Listener } from './listeners.ts';
import type { ObserverProcess } from './observer-process.ts';
import type { ServerSite } from './site.ts';

/** Everything that was seen of a host before a server is put on it. */
export interface HostEvidence {
  readonly site: ServerSite;
  readonly facts: HostFacts;
  readonly listeners: readonly Listener[];
  /** What stands at the data and log mounts and at the directories that the server will write to. */
  readonly states: ReadonlyMap<string, string>;
  readonly observer: ObserverProcess | undefined;
  /** Whether some version of the package is installed. */
  readonly installed: boolean;
  /** The server in the cluster's view. */
  readonly row: ServerRow | undefined;
  readonly package: PackageRecord;
}

/** Everything that stands against putting a server on the host. */
export function hostProblems(evidence: HostEvidence): readonly Problem[] {
  const { site, facts } = evidence;
  const requirements = site.cluster.hostRequirements;
  return [
    ...portProblems(evidence),
    ...pathProblems(evidence),
    ...occupancyProblems(evidence),
    ...architectureProblems(evidence),
    ...minimumProblems(facts, requirements),
    ...clockProblems(facts, requirements),
  ];
}

/** What is not as the manual recommends it, but does not stand in the way. */
export function hostWarnings(facts: HostFacts, requirements: HostRequirements): readonly string[] {
  const below = [
    ['open files', facts.openFiles, requirements.openFilesRecommended],
    ['processes', facts.processes, requirements.processesRecommended],
    ['fs.aio-max-nr', facts.aioRequests, requirements.aioRequestsRecommended],
  ] as const;
  return [
    ...below.flatMap(([what, has, wants]) =>
      has !== null && has < wants ? [`The limit of ${what} is ${has}; ${wants} is recommended.`] : [],
    ),
    ...(facts.swapBytes ? ['Swap is on; the manual wants it off.'] : []),
    ...(facts.hugePages !== null && facts.hugePages !== 'never'
      ? [`Transparent huge pages are "${facts.hugePages}"; the manual wants "never".`]
      : []),
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

function pathProblems({ site, states, facts }: HostEvidence): readonly Problem[] {
  const { host, paths } = site;
  const mounts = [host.dataPath, host.logPath]
    .filter((path) => states.get(path) === 'absent' || states.get(path) === 'file')
    .map((path) =>
      problem('DIRECTORY_MISSING', 'COM10002', `there is no directory ${path}`, `Mount the disk at ${path}.`),
    );
  const full = paths.leaves
    .filter((path) => states.get(path) === 'full')
    .map((path) => problem('DIRECTORY_NOT_EMPTY', 'CMP07006', `${path} is not empty`, 'Move what is in it away.'));
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
  return [...mounts, ...full, ...closed];
}

function occupancyProblems({ site, observer, installed, row, package: wanted }: HostEvidence): readonly Problem[] {
  const { home } = site.paths;
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
  const present = installed
    ? [
        problem(
          'PACKAGE_PRESENT',
          'CMP07010',
          `some version of ${wanted.name} is installed already`,
          `Remove it: rpm -e ${wanted.name}`,
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
  return [...running, ...present, ...member];
}

function architectureProblems({ facts, package: wanted }: HostEvidence): readonly Problem[] {
  const { architecture } = facts;
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

function minimumProblems(facts: HostFacts, requirements: HostRequirements): readonly Problem[] {
  const minimums = [
    ['DISK_TOO_SMALL', 'CMP07050', 'bytes free for the installation', facts.homeFreeBytes, requirements.homeBytesMin],
    ['DISK_TOO_SMALL', 'CMP07050', 'bytes free on the data disk', facts.dataFreeBytes, requirements.dataBytesMin],
    ['DISK_TOO_SMALL', 'CMP07050', 'bytes free on the log disk', facts.logFreeBytes, requirements.logBytesMin],
    ['MEMORY_TOO_SMALL', 'OBE19019', 'bytes of memory available', facts.memoryFreeBytes, requirements.memoryBytesMin],
    ['LIMIT_TOO_LOW', 'CMP07006', 'open files allowed', facts.openFiles, requirements.openFilesMin],
    ['LIMIT_TOO_LOW', 'CMP07006', 'processes allowed', facts.processes, requirements.processesMin],
    [
      'LIMIT_TOO_LOW',
      'CMP07006',
      'asynchronous I/O requests (fs.aio-max-nr)',
      facts.aioRequests,
      requirements.aioRequestsMin,
    ],
  ] as const;
  return minimums.flatMap(([code, ocpCode, what, has, needs]) =>
    has !== null && has < needs
      ? [problem(code, ocpCode, `it has ${has} ${what}, ${needs} are needed`, 'Give the host more, or choose another.')]
      : [],
  );
}

function clockProblems(
  { clockDifferenceMs }: HostFacts,
  { clockDifferenceMaxMs }: HostRequirements,
): readonly Problem[] {
  if (clockDifferenceMs === null || clockDifferenceMs <= clockDifferenceMaxMs) return [];
  const message = `its clock differs by ${clockDifferenceMs} ms, ${clockDifferenceMaxMs} ms are allowed`;
  return [problem('CLOCK_DIFFERENCE', 'CMP07021', message, 'Set both clocks by the same NTP servers.')];
}

function problem(code: string, ocpCode: string, message: string, next: string): Problem {
  return { code, message, next, details: { ocpCode } };
}
