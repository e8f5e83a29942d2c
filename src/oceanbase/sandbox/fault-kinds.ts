/** What a kind of fault does, and the one whole number that it may be given after a colon. */
export interface FaultKindFacts {
  /** What can have it: one host, or the cluster as a whole (its database, its package repository). */
  readonly of: readonly ('host' | 'cluster')[];
  readonly does: string;
  readonly parameter?: { readonly meaning: string; readonly min: number; readonly max: number };
  /** The task of Add OB server that meets it. */
  readonly task: string;
  /** The error code, or the code of the problem, with which that task fails; SUCCESS when it gets over it. */
  readonly ends: string;
}

const preCheck = 'Pre check for install OB';
const host = ['host'] as const;
const cluster = ['cluster'] as const;

/** Every kind of fault that a sandbox can have. A new kind is one row here and its effect where it belongs. */
export const faultKinds = Object.freeze({
  'port-taken': {
    ...{ of: host, task: preCheck, ends: 'PORT_TAKEN' },
    does: 'something listens on the SQL port before the observer does',
  },
  'clock-skew': {
    ...{ of: host, task: preCheck, ends: 'CLOCK_DIFFERENCE' },
    does: 'the clock is ahead',
    parameter: { meaning: 'by how many milliseconds, 60000 by default', min: 1, max: 999_999_999 },
  },
  'wrong-architecture': {
    ...{ of: host, task: preCheck, ends: 'ARCHITECTURE_MISMATCH' },
    does: 'its processors are of another kind than those of the cluster',
  },
  'few-open-files': {
    ...{ of: host, task: preCheck, ends: 'LIMIT_TOO_LOW' },
    does: 'the limit of open files is low, really',
    parameter: { meaning: 'the limit, 128 by default', min: 64, max: 100_000 },
  },
  'small-stack': {
    ...{ of: host, task: preCheck, ends: 'LIMIT_TOO_LOW' },
    does: 'the limit of the stack is low, really',
    parameter: { meaning: 'the limit in KiB, 512 by default', min: 256, max: 100_000 },
  },
  'few-aio': {
    ...{ of: host, task: preCheck, ends: 'LIMIT_TOO_LOW' },
    does: 'the kernel allows few asynchronous I/O requests (fs.aio-max-nr)',
    parameter: { meaning: 'how many, 1024 by default', min: 1, max: 999_999_999 },
  },
  'no-avx': {
    ...{ of: host, task: preCheck, ends: 'AVX_MISSING' },
    does: 'its processors have no AVX, which 4.x needs',
  },
  'foreign-owner': {
    ...{ of: host, task: preCheck, ends: 'DIRECTORY_OWNER' },
    does: 'the data mount belongs to another user than the one who logs in',
  },
  'untuned-kernel': {
    ...{ of: host, task: preCheck, ends: 'SUCCESS' },
    does: 'swap and SELinux are on: two warnings, no failure',
  },
  'ssh-refused': {
    ...{ of: host, task: preCheck, ends: 'SSH_REFUSED' },
    does: 'nothing listens on the SSH port',
  },
  'ssh-silent': {
    ...{ of: host, task: preCheck, ends: 'SSH_SILENT' },
    does: 'the SSH port takes connections and never says a word',
  },
  'ssh-wrong-key': {
    ...{ of: host, task: preCheck, ends: 'SSH_HOST_KEY_MISMATCH' },
    does: 'the SSH server shows another host key than the one that is pinned',
  },
  'ssh-channels': {
    ...{ of: host, task: preCheck, ends: 'SSH_CHANNELS_EXHAUSTED' },
    does: 'the SSH server lets us in and opens no channel, as when MaxSessions is used up',
  },
  'ssh-drop': {
    ...{ of: host, task: 'Install rpm', ends: 'SUCCESS' },
    does: 'the SSH server cuts its connections once, in the middle of a command; the command goes on',
    parameter: {
      meaning: 'the number of the command; by default the one that installs a package',
      min: 1,
      max: 10_000,
    },
  },
  slow: {
    ...{ of: host, task: preCheck, ends: 'SUCCESS' },
    does: 'every command starts late',
    parameter: { meaning: 'the delay in milliseconds, 2000 by default', min: 1, max: 600_000 },
  },
  'disk-full': {
    ...{ of: host, task: 'Install rpm', ends: 'DISK_FULL' },
    does: 'the pre-check sees room, but installing a package ends with "No space left on device"',
  },
  'package-missing': {
    ...{ of: ['host', 'cluster'], task: 'Install rpm', ends: 'PACKAGE_UNAVAILABLE' },
    does: 'of a host: rpm finds no file where the package was; of the cluster: the repository has lost the package',
  },
  'package-corrupt': {
    ...{ of: ['host', 'cluster'], task: 'Install rpm', ends: 'PACKAGE_DAMAGED' },
    does: 'of a host: what it reads of a package is damaged; of the cluster: the file in the repository is',
  },
  'observer-exits': {
    ...{ of: host, task: 'Start observer process with param', ends: 'OBSERVER_ENDED' },
    does: 'the observer is started, writes why it cannot go on into its log, and ends',
  },
  'never-active': {
    ...{ of: host, task: 'Wait observer active', ends: 'SERVERS_NOT_ACTIVE' },
    does: 'the observer runs and joins, but its start-of-service time never comes',
  },
  flapping: {
    ...{ of: host, task: 'Wait observer active', ends: 'SERVERS_FLAPPING' },
    does: 'the observer serves for 20 ms, is offline for 200 ms, and so on',
  },
  'agent-missing': {
    ...{ of: host, task: 'Start ocp agent service', ends: 'AGENT_MISSING' },
    does: 'the OCP agent is not installed',
  },
  'db-few-rights': {
    ...{ of: cluster, task: 'Add observer', ends: 'DB_STATEMENT_FAILED' },
    does: 'the user of the database may read and not change the cluster',
  },
  'db-refuses': {
    ...{ of: cluster, task: 'Add observer', ends: 'DB_STATEMENT_FAILED' },
    does: 'the database refuses ADD SERVER with an error of its own',
    parameter: { meaning: 'the error number, 4179 (operation not allowed) by default', min: 1_000, max: 65_535 },
  },
  'db-freezes': {
    ...{ of: cluster, task: 'Add observer', ends: 'DB_TIMEOUT' },
    does: 'from the first ADD SERVER on the database keeps its connections open and answers nothing',
    parameter: { meaning: 'for how many milliseconds; by default for good', min: 1, max: 86_400_000 },
  },
  'db-loses-ack': {
    ...{ of: cluster, task: 'Add observer', ends: 'SUCCESS' },
    does: 'the database carries ADD SERVER out and cuts the connection instead of answering',
  },
} as const satisfies Record<string, FaultKindFacts>);

/** The name of a kind of fault. */
export type SandboxFaultKind = keyof typeof faultKinds;
