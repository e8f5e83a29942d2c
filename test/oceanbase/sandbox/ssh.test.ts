import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startSandbox, type Sandbox, type SandboxHost } from '../../../src/oceanbase/sandbox/index.ts';
import { endAll } from '../support/cleanups.ts';
import { rejection } from '../support/rejection.ts';
import { ended, execute, lives, login, open, until } from './clients.ts';

// A busy machine takes its time to start a fleet.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let fleet: Sandbox;
let host: SandboxHost;

beforeAll(async () => {
  fleet = await startSandbox({ servers: 1, memberZones: ['zone1'] });
  const [first] = fleet.hosts;
  if (!first) throw new Error('no host');
  host = first;
});
afterAll(async () => {
  await endAll();
  await fleet.stop();
});

interface LogLine {
  readonly id: string;
  readonly event: string;
  readonly time: string;
  readonly command?: string;
  readonly exitStatus?: number | null;
  readonly signal?: string;
}

function logLines(): LogLine[] {
  const lines = readFileSync(host.commandsLog, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as LogLine);
}

const hasSsh = spawnSync('ssh', ['-V']).status === 0;

describe('the SSH server of a host', () => {
  it('runs what it is sent with sh, in the home of the user, and tells how it ended', async () => {
    const client = await login(host);
    expect(await execute(client, 'echo out; echo err >&2; exit 7')).toEqual({
      ...{ stdout: 'out\n', stderr: 'err\n', code: 7, signal: undefined },
    });
    const { stdout } = await execute(client, 'pwd; echo "$HOME"; echo "$USER"; command -v rpm');
    const home = `${host.rootPath}/home/admin`;
    expect(stdout.split('\n')).toEqual([home, home, 'admin', expect.stringMatching(/hosts\/1\/bin\/rpm$/), '']);
    expect(await execute(client, 'no-such-command')).toMatchObject({ code: 127 });
  });

  it('tells the signal by which a command died, not an exit status', async () => {
    const client = await login(host);
    expect(await execute(client, 'kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL' });
    const channel = await open(client, 'echo ready; sleep 60; echo never');
    const outcome = ended(channel);
    await once(channel, 'data');
    channel.signal('TERM');
    expect(await outcome).toMatchObject({ stdout: 'ready\n', code: null, signal: 'SIGTERM' });
  });

  it('carries a mebibyte in either direction unchanged', async () => {
    const client = await login(host);
    const bytes = 'precede\n'.repeat(131_072);
    expect(await execute(client, 'wc -c', bytes)).toMatchObject({
      stdout: expect.stringMatching(/^\s*1048576\n$/),
      code: 0,
    });
    const echoed = await execute(client, 'cat; cat /dev/null >&2', bytes);
    expect(echoed.code).toBe(0);
    expect(echoed.stdout === bytes).toBe(true);
  });

  it('runs commands at once on one connection, and refuses the eleventh channel as sshd does', async () => {
    const client = await login(host);
    const waiting = await Promise.all(Array.from({ length: 10 }, () => open(client, 'read -r line; echo "$line"')));
    expect(await rejection(open(client, 'true'))).toMatchObject({ reason: 2 });
    const outcomes = waiting.map((channel) => ended(channel));
    for (const [index, channel] of waiting.entries()) channel.end(`${index}\n`);
    expect((await Promise.all(outcomes)).map(({ stdout }) => stdout)).toEqual(waiting.map((_, index) => `${index}\n`));
    expect(await execute(client, 'true')).toMatchObject({ code: 0 });
  });

  it('tells the exit status even while a child of the command holds the output open', async () => {
    const client = await login(host);
    const channel = await open(client, 'sleep 60 & echo $!; exit 3');
    const exit = once(channel, 'exit');
    const [pid] = (await once(channel, 'data')) as [Buffer];
    expect((await exit)[0]).toBe(3);
    const closed = once(channel, 'close');
    process.kill(Number(pid.toString()), 'SIGKILL');
    await closed;
  });

  it('lets a command go on whose connection broke', async () => {
    const client = await login(host);
    const channel = await open(
      client,
      'echo $$; read -r _; while ! [ -e go ]; do sleep 0.02; done; echo done > went-on',
    );
    const [pid] = (await once(channel, 'data')) as [Buffer];
    client.destroy();
    await once(channel, 'close');
    const other = await login(host);
    expect(lives(Number(pid.toString()))).toBe(true);
    await execute(other, 'touch go');
    await until(
      () => execute(other, 'cat went-on'),
      ({ stdout }) => stdout === 'done\n',
    );
  });

  it('logs each command when it comes and again when it ends', async () => {
    const before = logLines().length;
    const client = await login(host);
    const channel = await open(client, 'read -r _; exit 4');
    await until(logLines, (lines) => lines.length === before + 1);
    const outcome = ended(channel);
    channel.end('\n');
    await outcome;
    await execute(client, 'kill -TERM $$');
    const lines = logLines().slice(before);
    expect(lines).toMatchObject([
      { event: 'received', command: 'read -r _; exit 4' },
      { event: 'ended', exitStatus: 4 },
      { event: 'received', command: 'kill -TERM $$' },
      { event: 'ended', exitStatus: null, signal: 'SIGTERM' },
    ]);
    expect(lines[0]?.id).toBe(lines[1]?.id);
    expect(new Date(lines[0]?.time ?? '').getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('lets in nobody but the one user with the one key', async () => {
    const stranger = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
    for (const wrong of [
      { privateKey: stranger.private },
      { username: 'root' },
      { privateKey: undefined, password: 'admin' },
    ]) {
      expect(await rejection(login(host, wrong))).toMatchObject({ level: 'client-authentication' });
    }
  });

  it('shows no socket of the neighbours', async () => {
    const client = await login(host);
    const { stdout } = await execute(client, 'ss -ltnH');
    expect(stdout.trim().split('\n')).toEqual([expect.stringContaining(`${host.ip}:${host.ssh.port} `)]);
    expect(await execute(client, "ss -Hltn 'sport = :2881 or sport = :2882'")).toMatchObject({ stdout: '', code: 0 });
  });

  it('takes nothing over from the environment of its owner', async () => {
    const client = await login(host);
    const { stdout } = await execute(client, 'env');
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    const known = [
      'HOME',
      'LANG',
      'LOGNAME',
      'OLDPWD',
      'PATH',
      'PRECEDE_SANDBOX',
      'PWD',
      'SHELL',
      'SHLVL',
      'TMPDIR',
      'TZ',
      'USER',
      '_',
    ];
    expect(names.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });

  it.skipIf(!hasSsh)(
    `is reached by OpenSSH's own client with the published key${hasSsh ? '' : ' (skipped: no ssh here)'}`,
    async () => {
      const { keyFile, knownHostsFile, port, user } = host.ssh;
      const options = ['-F', 'none', '-i', keyFile, '-p', String(port), '-o', `UserKnownHostsFile=${knownHostsFile}`];
      const strict = ['-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-o', 'GlobalKnownHostsFile=/dev/null'];
      const ssh = spawn('ssh', [...options, ...strict, `${user}@${host.ssh.host}`, 'cat; exit 5']);
      ssh.stdin.end('through ssh');
      const chunks: Buffer[] = [];
      ssh.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      const [code] = (await once(ssh, 'close')) as [number];
      expect({ code, stdout: Buffer.concat(chunks).toString() }).toEqual({ code: 5, stdout: 'through ssh' });
    },
  );
});

describe('the OCP agent of a host', () => {
  it('starts its three processes once, tells of them, and stops them', async () => {
    const client = await login(host);
    const control = `${host.agentPath}/bin/ocp_agentctl`;
    expect(await execute(client, `${control} status`)).toMatchObject({ code: 1 });
    const pids = `cat ${host.agentPath}/run/*.pid`;
    expect(await execute(client, `${control} start`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('true'),
    });
    const first = await execute(client, pids);
    expect(first.stdout.trim().split('\n').map(Number).map(lives)).toEqual([true, true, true]);
    expect(await execute(client, `${control} start; ${pids}`)).toMatchObject({
      stdout: expect.stringContaining(first.stdout),
    });
    const { stdout } = await execute(client, `${control} status`);
    expect(JSON.parse(stdout)).toMatchObject({
      message: {
        ocp_agentd: { state: 'running' },
        ocp_mgragent: { state: 'running' },
        ocp_monagent: { state: 'running' },
      },
    });
    expect(await execute(client, `${control} stop`)).toMatchObject({ code: 0 });
    await until(
      () => first.stdout.trim().split('\n').map(Number).filter(lives),
      (living) => living.length === 0,
    );
    expect(existsSync(`${host.agentPath}/run/ocp_agentd.pid`)).toBe(false);
  });
});
