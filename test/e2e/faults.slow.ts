import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { faultKinds, type SandboxFaultKind } from '../../src/oceanbase/index.ts';
import { emptyDirectory, precede, type Ended } from './support/precede.ts';
import { infoOf } from './support/task-info.ts';

const timeoutMs = 180_000;

/** Runs that are made once each, with as many faults as do not hide each other. Host 1 is always sound. */
const scenes = {
  'before anything is installed': [
    ...['host:2=port-taken', 'host:3=clock-skew', 'host:4=wrong-architecture', 'host:5=few-open-files'],
    ...['host:6=small-stack', 'host:7=few-aio', 'host:8=no-avx', 'host:9=foreign-owner', 'host:10=ssh-refused'],
    ...['host:11=ssh-silent', 'host:12=ssh-wrong-key', 'host:13=ssh-channels', 'host:14=untuned-kernel'],
    ...['host:15=slow:300', 'host:16=clock-skew', 'host:16=few-aio', 'host:16=port-taken'],
  ],
  'while it is installed': ['host:2=disk-full', 'host:3=package-missing', 'host:4=package-corrupt'],
  'with a repository that lost it': ['cluster=package-missing'],
  'with a repository that damaged it': ['cluster=package-corrupt'],
  'at the start': ['host:2=observer-exits'],
  'with a database that refuses': ['cluster=db-refuses:4012'],
  'with a user who may not': ['cluster=db-few-rights'],
  'with a database that freezes': ['cluster=db-freezes'],
  'without an end': ['host:2=never-active'],
  'without peace': ['host:2=flapping'],
  'without an agent': ['host:2=agent-missing'],
} as const;

type Scene = keyof typeof scenes;

/** Those that mostly wait: they go side by side with the others. */
const longScenes: readonly Scene[] = ['without an end', 'without peace', 'with a database that freezes'];

interface SeenRun extends Ended {
  readonly log: string;
}

const seen = new Map<Scene, SeenRun>();

function run(scene: Scene): SeenRun {
  const found = seen.get(scene);
  if (!found) throw new Error(`no run ${scene}`);
  return found;
}

async function play(scene: Scene): Promise<void> {
  const cwd = emptyDirectory();
  const faults = scenes[scene];
  const servers = Math.max(2, ...faults.map((fault) => Number(/^host:(\d+)/.exec(fault)?.[1] ?? 1)));
  const args = ['run', 'add-ob-server', '--sandbox', '--servers', String(servers), '--store', 'runs.db'];
  const flags = faults.flatMap((fault) => ['--fault', fault]);
  const ended = await precede([...args, '--format', 'json', ...flags], { cwd });
  seen.set(scene, { ...ended, log: readFileSync(join(cwd, 'runs.run-1.log'), 'utf8') });
}

async function playOthers(): Promise<void> {
  for (const scene of Object.keys(scenes) as Scene[]) if (!longScenes.includes(scene)) await play(scene);
}

beforeAll(async () => {
  await Promise.all([...longScenes.map(play), playOthers()]);
}, timeoutMs);

/** The line that tells how a task of a host (or of nobody) ended. */
function lineOf({ stderr }: Ended, task: string, host?: number): string {
  const title = `${task}${host === undefined ? '' : ` (host:${host})`}  `;
  const ends = /^\S+ {2}(?:SUCCESS|FAILED|UNKNOWN) /;
  return stderr.split('\n').find((line) => ends.test(line) && line.includes(` ${title}`)) ?? '';
}

/** What the report at the end says of a task: its error and what to do next. */
function reportOf({ stderr }: Ended, task: string, host?: number): string {
  const title = `${task}${host === undefined ? '' : ` on host:${host}`}  (task `;
  const from = stderr.indexOf(title);
  if (from < 0) return '';
  return stderr.slice(from, stderr.indexOf('\n\n', from));
}

interface FaultCase {
  readonly kind: SandboxFaultKind;
  readonly scene: Scene;
  readonly host?: number;
  /** What the reader is told to do. */
  readonly next: RegExp;
}

const before = 'before anything is installed';

const failing: readonly FaultCase[] = [
  { kind: 'port-taken', scene: before, host: 2, next: /End what listens on 127\.\d+\.\d+\.2:2881/ },
  { kind: 'clock-skew', scene: before, host: 3, next: /NTP servers/ },
  { kind: 'wrong-architecture', scene: before, host: 4, next: /Choose another host/ },
  { kind: 'few-open-files', scene: before, host: 5, next: /Raise nofile/ },
  { kind: 'small-stack', scene: before, host: 6, next: /stack to unlimited/ },
  { kind: 'few-aio', scene: before, host: 7, next: /fs\.aio-max-nr in \/etc\/sysctl\.conf/ },
  { kind: 'no-avx', scene: before, host: 8, next: /let the virtual machine have AVX/ },
  { kind: 'foreign-owner', scene: before, host: 9, next: /chown / },
  { kind: 'ssh-refused', scene: before, host: 10, next: /Check that sshd runs/ },
  { kind: 'ssh-silent', scene: before, host: 11, next: /not overloaded or frozen/ },
  { kind: 'ssh-wrong-key', scene: before, host: 12, next: /Find out why the key changed/ },
  { kind: 'ssh-channels', scene: before, host: 13, next: /MaxSessions/ },
  { kind: 'disk-full', scene: 'while it is installed', host: 2, next: /Free space/ },
  { kind: 'package-missing', scene: 'while it is installed', host: 3, next: /what removes it from the host/ },
  { kind: 'package-corrupt', scene: 'while it is installed', host: 4, next: /Put the right file/ },
  { kind: 'package-missing', scene: 'with a repository that lost it', host: 1, next: /Put the file at/ },
  { kind: 'package-corrupt', scene: 'with a repository that damaged it', host: 1, next: /Put the right file/ },
  { kind: 'observer-exits', scene: 'at the start', host: 2, next: /Read \S+observer\.log/ },
  { kind: 'db-few-rights', scene: 'with a user who may not', host: 1, next: /error list/ },
  { kind: 'db-refuses', scene: 'with a database that refuses', host: 1, next: /error list/ },
  { kind: 'db-freezes', scene: 'with a database that freezes', host: 1, next: /Look in the server view/ },
  { kind: 'never-active', scene: 'without an end', next: /Read observer\.log and rootservice\.log/ },
  { kind: 'flapping', scene: 'without peace', next: /why it stops serving/ },
  { kind: 'agent-missing', scene: 'without an agent', host: 2, next: /Install the OCP agent/ },
];

describe('a fault, provoked by one command', () => {
  it.each(failing)('$kind ends the task that meets it under its own code: $scene', ({ kind, scene, host, next }) => {
    const { task, ends } = faultKinds[kind];
    expect(run(scene).status).toBe(1);
    expect(infoOf(run(scene)).status).toBe(kind === 'db-freezes' ? 'RUNNING' : 'FAILED');
    expect(lineOf(run(scene), task, host)).toMatch(kind === 'db-freezes' ? / UNKNOWN / : / FAILED /);
    expect(reportOf(run(scene), task, host)).toContain(`error[${ends}]: `);
    expect(reportOf(run(scene), task, host)).toMatch(new RegExp(`\\n {2}next: .*${next.source}`));
  });

  it('has a test for each kind that there is', () => {
    const here = new Set<string>([...failing.map(({ kind }) => kind), 'untuned-kernel', 'slow']);
    expect(Object.keys(faultKinds).filter((kind) => !here.has(kind))).toEqual(['ssh-drop', 'db-loses-ack']);
  });

  it.each([
    [before, 'Pre check for install OB'],
    ['while it is installed', 'Install rpm'],
    ['at the start', 'Start observer process with param'],
    ['without an agent', 'Start ocp agent service'],
  ] as const)('does not hold up the sound host: %s', (scene, task) => {
    expect(lineOf(run(scene), task, 1)).toMatch(/ SUCCESS /);
  });

  it('that keeps us waiting lets others be done before it', () => {
    const { stderr } = run(before);
    const sound = stderr.indexOf(lineOf(run(before), 'Pre check for install OB', 1));
    expect(sound).toBeGreaterThan(0);
    const silent = stderr.indexOf(lineOf(run(before), 'Pre check for install OB', 11));
    expect(silent).toBeGreaterThan(sound);
  });

  it('untuned-kernel and slow are no failures: the log warns, the pre-check passes', () => {
    for (const host of [14, 15]) expect(lineOf(run(before), 'Pre check for install OB', host)).toMatch(/ SUCCESS /);
    for (const warning of ['Swap: on (/dev/stand-in-swap', 'SELinux: Enforcing, Disabled recommended']) {
      expect(run(before).log).toContain(warning);
    }
  });

  it('leaves no other of the same host unsaid: each with what was found, what is needed, how to fix it', () => {
    const report = reportOf(run(before), 'Pre check for install OB', 16);
    expect(report).toContain('error[PRE_CHECK_FAILED]: Host 16: 3 problems');
    expect(report).toMatch(/\[PORT_TAKEN\] something listens on the SQL port \d+ already -> End what listens/);
    expect(report).toMatch(/\[LIMIT_TOO_LOW\] fs\.aio-max-nr: 1024 found, 20000 needed -> Set fs\.aio-max-nr/);
    expect(report).toMatch(
      /\[CLOCK_DIFFERENCE\] its clock differs by \d+ ms, less than 100 ms is needed -> Set the cl/,
    );
  });

  it('of the database that froze leaves the outcome open, and says so', () => {
    expect(run('with a database that freezes').stderr).toContain('error[OUTCOME_UNKNOWN]');
  });
});

describe('a connection that is cut', () => {
  it(
    'to the host in the middle of an install, and to the database after ADD SERVER: each effect exactly once',
    async () => {
      const cwd = emptyDirectory();
      const sandbox = ['--dir', 'fleet'];
      const faults = ['--fault', 'host:1=ssh-drop', '--fault', 'cluster=db-loses-ack'];
      const up = await precede(['sandbox', 'up', ...sandbox, '--hosts', '2', '--format', 'json', ...faults], { cwd });
      const { sql, sqlLog, hosts } = JSON.parse(up.stdout) as Access;
      try {
        const args = ['run', 'add-ob-server', '--sandbox-dir', 'fleet', '--servers', '2', '--store', 'runs.db'];
        const ended = await precede([...args, '--format', 'json'], { cwd });
        expect(infoOf(ended).status).toBe('SUCCESS');
        const log = readFileSync(join(cwd, 'runs.run-1.log'), 'utf8');
        expect(log).toMatch(/ended without an exit status.* Asking the host for the result/);
        expect(log).not.toContain('already installed');
        const statements = readFileSync(sqlLog, 'utf8').split('\n');
        expect(statements.filter((line) => /received.*ADD SERVER/.test(line))).toHaveLength(2);
        const { passwordFile, ...address } = sql;
        const database = await createConnection({ ...address, password: readFileSync(passwordFile, 'utf8') });
        const [rows] = await database.query<RowDataPacket[]>('SELECT SVR_IP FROM oceanbase.DBA_OB_SERVERS');
        await database.end();
        for (const { ip } of hosts.filter(({ id }) => id < 100)) {
          expect(rows.filter((row) => row['SVR_IP'] === ip)).toHaveLength(1);
        }
      } finally {
        await precede(['sandbox', 'down', ...sandbox], { cwd });
      }
    },
    timeoutMs,
  );
});

interface Access {
  readonly sql: { readonly host: string; readonly port: number; readonly user: string; readonly passwordFile: string };
  readonly sqlLog: string;
  readonly hosts: readonly { readonly id: number; readonly ip: string }[];
}
