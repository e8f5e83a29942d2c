// What is real here: the SSH path. Debian's sshd, a login user of this machine, its shell, curl. What stands in for the
// rest is the sandbox: its database and root server, the package, and the programs rpm, ss, observer and ocp_agentctl
// that the host has on its PATH or in its directories. The sudo there becomes nobody else.
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxAccess, SandboxHost } from 'precede/oceanbase';
import { freePort, giveTo, loginUser, missingSshd, startSshd, type LoginUser, type Sshd } from './support/openssh.ts';
import { emptyDirectory, endOf, launcher, precede, type Ended } from './support/precede.ts';

const timeoutMs = 120_000;
const missing = missingSshd();
const isCi = (process.env['CI'] ?? '') !== '';

describe('the real SSH server', () => {
  it.runIf(missing !== undefined && !isCi)(`is not tried here: ${missing ?? ''}`, () => {
    process.stderr.write(`test/e2e/real-ssh.slow.ts did not try a real SSH server: ${missing ?? ''}\n`);
  });

  it.runIf(isCi)('is there in CI', () => {
    expect(missing).toBeUndefined();
  });
});

interface World {
  readonly cwd: string;
  readonly access: SandboxAccess;
  readonly host: SandboxHost;
  readonly user: LoginUser;
  readonly sshd: Sshd;
  readonly packages: Server;
  /** Who has fetched the package. */
  readonly fetchers: string[];
  readonly packageUrl: string;
}

describe.skipIf(missing !== undefined)('a host behind a real OpenSSH server', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
  }, timeoutMs);

  afterAll(async () => {
    await precedeAs(world.user, ['sandbox', 'down', '--dir', join(world.cwd, 'fleet')], world.cwd);
    await world.sshd.stop();
    world.packages.close();
    await world.user.remove();
  }, timeoutMs);

  it(
    'is added by an inventory file alone',
    async () => {
      const { cwd, host, access, user, sshd, fetchers } = world;
      const file = inventoryFile('inventory.yaml');

      const scanned = await precede(['inventory', 'scan-keys', file, '--format', 'json'], { cwd });
      expect(JSON.parse(scanned.stdout)).toMatchObject([{ id: 1, pinned: 'same', key: { hostKey: sshd.hostKey } }]);

      expectFound(await check(file), 'BECOME_REFUSED');
      const sudoLog = makeSudo(world);

      const checked = await precede(['inventory', 'check', file, '--connect', '--format', 'json'], { cwd });
      expect(JSON.parse(checked.stdout)).toMatchObject({
        isSound: true,
        found: {
          hosts: [{ id: 1, isReached: true, facts: { user: user.name }, problems: [] }],
          clusters: [{ servers: 3, problems: [] }],
        },
      });
      expect(checked).toMatchObject({ status: 0, stderr: '' });

      const args = ['run', 'add-ob-server', '--inventory', file, '--hosts', '1', '--store', 'runs.db'];
      const ran = await precede(args, { cwd });
      expect(ran).toMatchObject({ status: 0, stderr: '' });
      expect(ran.stdout).toMatch(/run 1: SUCCESS.*21 of 21 tasks done/);

      // From outside: who logged in, who fetched, what runs, what the host and the cluster say.
      expect(sshd.log()).toContain(`Accepted publickey for ${user.name} from 127.0.0.1`);
      expect(existsSync(host.commandsLog) ? readFileSync(host.commandsLog, 'utf8') : '').toBe('');
      expect(fetchers).toHaveLength(1);
      expect(fetchers[0]).toMatch(/^(?:curl|Wget)\//);
      const pid = Number(readFileSync(join(host.homePath, 'run', 'observer.pid'), 'utf8'));
      expect(statSync(`/proc/${pid}`).uid).toBe(user.uid);
      const settings = readFileSync(join(host.homePath, 'etc', 'observer.config.bin'), 'utf8');
      expect(JSON.parse(settings)).toMatchObject({ zone: 'zone2', parameters: { memory_limit: '6G' } });
      expect(readFileSync(sudoLog, 'utf8')).toMatch(/^(?:-n rpm -qa\n)+-n rpm -ivh --prefix \S+ \S+\.rpm\n$/);
      expect(await onHost('rpm -qa')).toMatch(/^oceanbase-ce-/);
      expect(await onHost('find . -path "./.precede/*" -type f')).toBe('');
      expect(await membersSeenBy({ host: host.ip, port: host.sqlPort })).toContain(host.ip);
      expect(await membersSeenBy(access.sql)).toContain(host.ip);

      const again = await precede(['inventory', 'import', file, '--store', 'runs.db', '--format', 'json'], { cwd });
      expect(JSON.parse(again.stdout)).toMatchObject({ changes: [], unchanged: 4 });
      const exported = await precede(['inventory', 'export', '--store', 'runs.db', '--format', 'json'], { cwd });
      expect(JSON.parse(exported.stdout)).toMatchObject({ hosts: [{ id: 1, server: { cluster: 1, zone: 'zone2' } }] });
    },
    timeoutMs,
  );

  it(
    'is not talked to when it shows another key than the pinned one',
    async () => {
      const { cwd, sshd } = world;
      const file = inventoryFile('changed-key.yaml', { hostKey: readFileSync(`${sshd.keyFile}.pub`, 'utf8').trim() });
      const scanned = await precede(['inventory', 'scan-keys', file], { cwd });
      expect(scanned).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT THE PINNED KEY') as string });
      expectFound(await check(file), 'SSH_HOST_KEY_MISMATCH');
      const ran = await run(file);
      expect(ran.status).toBe(1);
      expect(ran.stderr).toContain('SSH_HOST_KEY_MISMATCH');
    },
    timeoutMs,
  );

  it(
    'is not talked to with a key file that others may read; nothing is started',
    async () => {
      const { cwd, sshd } = world;
      const keyFile = join(cwd, 'open_key');
      writeFileSync(keyFile, readFileSync(sshd.keyFile));
      chmodSync(keyFile, 0o644);
      const file = inventoryFile('open-key.yaml', { keyFile });
      for (const ended of [await check(file), await run(file)]) {
        expect(ended.status).toBe(2);
        expect(ended.stdout).toBe('');
        expect(ended.stderr).toMatch(
          /error\[KEY_FILE_REFUSED\]: .*open-key\.yaml:\d+:\d+ hosts\[0\]\.ssh\.key\.file: /,
        );
      }
      expect(existsSync(join(cwd, 'open-key.yaml.db'))).toBe(false);
    },
    timeoutMs,
  );

  it(
    'is told of when nothing listens on its port',
    async () => {
      const file = inventoryFile('refused.yaml', { port: await freePort() });
      expectFound(await check(file), 'SSH_REFUSED');
      const ran = await run(file);
      expect(ran.status).toBe(1);
      expect(ran.stderr).toContain('SSH_REFUSED');
      // With the right port the run goes on, finds what the first test has left there, and leaves it as it is.
      const args = ['retry', '1', '--store', `${file}.db`, '--inventory', inventoryFile('corrected.yaml')];
      const retried = await precede(args, { cwd: world.cwd });
      expect(retried.stderr).not.toContain('SSH_REFUSED');
      expect(retried.status).toBe(0);
      const logged = await precede(['logs', '1', '--store', `${file}.db`], { cwd: world.cwd });
      expect(logged.stdout).not.toContain('rpm -ivh');
    },
    timeoutMs,
  );

  function check(file: string): Promise<Ended> {
    return precede(['inventory', 'check', file, '--connect'], { cwd: world.cwd });
  }

  function run(file: string): Promise<Ended> {
    const args = ['run', 'add-ob-server', '--inventory', file, '--hosts', '1', '--store', `${file}.db`];
    return precede(args, { cwd: world.cwd });
  }

  function expectFound({ status, stdout }: Ended, code: string): void {
    expect(stdout).toContain(`error[${code}]`);
    expect(stdout).toContain('next: ');
    expect(status).toBe(1);
  }

  /** Writes an inventory of the one host, with what is to be wrong with it. */
  function inventoryFile(name: string, wrong: { hostKey?: string; keyFile?: string; port?: number } = {}): string {
    const { user, sshd } = world;
    const ssh = { user: user.name, hostKey: sshd.hostKey, keyFile: sshd.keyFile, port: sshd.port, ...wrong };
    const text = [clusterText(world.access), hostText(world.host, ssh), packageText(world)].join('');
    writeFileSync(join(world.cwd, name), `version: 1\n${text}`);
    return name;
  }

  /** Asks the host with OpenSSH's own client. */
  async function onHost(command: string): Promise<string> {
    const { cwd, sshd, user } = world;
    const knownHosts = join(cwd, 'known_hosts');
    writeFileSync(knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    const options = [
      `UserKnownHostsFile=${knownHosts}`,
      'StrictHostKeyChecking=yes',
      'IdentitiesOnly=yes',
      'BatchMode=yes',
    ];
    const { stdout } = await promisify(execFile)('ssh', [
      ...['-F', 'none', '-i', sshd.keyFile, '-p', String(sshd.port)],
      ...options.flatMap((option) => ['-o', option]),
      `${user.name}@127.0.0.1`,
      command,
    ]);
    return stdout;
  }

  async function membersSeenBy({ host, port }: { host: string; port: number }): Promise<readonly string[]> {
    const { user, passwordFile } = world.access.sql;
    const password = readFileSync(passwordFile, 'utf8').trim();
    const connection = await createConnection({ host, port, user, password });
    try {
      const [rows] = await connection.query<RowDataPacket[]>(
        "SELECT SVR_IP, STATUS, START_SERVICE_TIME FROM oceanbase.DBA_OB_SERVERS WHERE STATUS = 'ACTIVE'",
      );
      return rows.filter((row) => row['START_SERVICE_TIME'] !== null).map((row) => String(row['SVR_IP']));
    } finally {
      await connection.end();
    }
  }
});

async function startWorld(): Promise<World> {
  const cwd = emptyDirectory();
  const fleet = join(cwd, 'fleet');
  const home = join(fleet, 'hosts', '1', 'root', 'home', 'admin');
  const user = await loginUser(home, launcher);
  try {
    giveTo(user, cwd);
    const up = await precedeAs(user, ['sandbox', 'up', '--dir', fleet, '--hosts', '1', '--format', 'json'], cwd);
    if (up.status !== 0) throw new Error(up.stderr);
    const access = JSON.parse(up.stdout) as SandboxAccess;
    const [host] = access.hosts;
    if (!host) throw new Error('a sandbox without a host');
    const sshd = await startSshd({ dir: cwd, user, home, bin: join(fleet, 'hosts', '1', 'bin') });
    return { cwd, access, host, user, sshd, ...(await servePackage(access)) };
  } catch (error) {
    await precedeAs(user, ['sandbox', 'down', '--dir', fleet], cwd);
    await user.remove();
    throw error;
  }
}

/** A stand-in for sudo, which becomes nobody else: it writes down what it was asked, and runs it. */
function makeSudo({ cwd, host, user }: World): string {
  const log = join(cwd, 'sudo.log');
  writeFileSync(log, '');
  giveTo(user, log);
  const program = join(host.rootPath, '..', 'bin', 'sudo');
  writeFileSync(program, `#!/bin/sh\necho "$*" >>'${log}'\n[ "$1" = -n ] || exit 1\nshift\nexec "$@"\n`, {
    mode: 0o755,
  });
  return log;
}

/** The package over HTTP, as from a mirror. */
async function servePackage({
  packages: [found],
}: SandboxAccess): Promise<Pick<World, 'packages' | 'fetchers' | 'packageUrl'>> {
  const fetchers: string[] = [];
  const packages = createServer((request, response) => {
    fetchers.push(request.headers['user-agent'] ?? 'unknown');
    response.end(readFileSync(found?.path ?? ''));
  });
  packages.listen(0, '127.0.0.1');
  await once(packages, 'listening');
  const { port } = packages.address() as AddressInfo;
  return { packages, fetchers, packageUrl: `http://127.0.0.1:${port}/${found?.fileName ?? ''}` };
}

/** Runs `precede` as a user; what it starts and makes belongs to that user. */
async function precedeAs({ uid, gid }: LoginUser, args: readonly string[], cwd: string): Promise<Ended> {
  const { PATH = '' } = process.env;
  const ids = process.getuid?.() === 0 ? { uid, gid } : {};
  return await endOf(spawn(process.execPath, [launcher, ...args], { cwd, env: { PATH, HOME: cwd }, ...ids }));
}

function clusterText({ cluster, sql }: SandboxAccess): string {
  const { name, obClusterId, obVersion, servers } = cluster;
  const roots = servers
    .slice(0, 1)
    .map(({ ip, port, sqlPort }) => `{ ip: ${ip}, rpcPort: ${port}, sqlPort: ${sqlPort} }`);
  return `clusters:
  - id: 1
    name: ${name}
    obClusterId: ${obClusterId}
    obVersion: ${obVersion}
    rootServers: [${roots.join(', ')}]
    sql: { user: ${sql.user}, password: { file: ${sql.passwordFile} } }
    zones: [{ name: zone2 }]
    startupParameters: { memory_limit: 6G }
    # A stand-in needs next to nothing.
    hostRequirements:
      homeBytesMin: 1MiB
      dataBytesMin: 1MiB
      logBytesMin: 1MiB
      memoryBytesMin: 64MiB
      openFilesMin: 256
      processesMin: 64
      aioRequestsMin: 0
      clockDifferenceMaxMs: 2000
`;
}

interface SshText {
  readonly user: string;
  readonly hostKey: string;
  readonly keyFile: string;
  readonly port: number;
}

function hostText(host: SandboxHost, { user, hostKey, keyFile, port }: SshText): string {
  return `hosts:
  - id: 1
    address: ${host.ip}
    ssh:
      host: 127.0.0.1
      port: ${port}
      user: ${user}
      key: { file: ${keyFile} }
      hostKey: ${hostKey}
    directories: { home: ${host.homePath}, data: ${host.dataPath}, log: ${host.logPath}, agent: ${host.agentPath} }
    ports: { sql: ${host.sqlPort}, rpc: ${host.rpcPort} }
    become: sudo
`;
}

function packageText({ access: { cluster, packages }, packageUrl }: World): string {
  const entries = packages.map(
    ({ sha256, size, operatingSystem, architecture }) => `  - url: ${packageUrl}
    sha256: ${sha256}
    size: ${size}
    version: ${cluster.obVersion}
    os: ${operatingSystem}
    architecture: ${architecture}
`,
  );
  return `packages:\n${entries.join('')}`;
}
