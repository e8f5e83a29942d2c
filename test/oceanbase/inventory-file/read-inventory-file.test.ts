import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, describe, expect, it } from 'vitest';
import { documentedHostRequirements } from '../../../src/oceanbase/index.ts';
import { hostKeys, problemsOf, read, soundFile } from './files.ts';

/** The sound file with a piece of it written otherwise. */
function withInstead(piece: string, other: string): string {
  expect(soundFile).toContain(piece);
  return soundFile.replace(piece, other);
}

function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'precede-inventory-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

describe('a sound file', () => {
  it('is read with every default filled in and every local path absolute', async () => {
    const { clusters, hosts, packages } = await read(soundFile);
    expect(clusters).toEqual([
      {
        ...{ id: 1, name: 'prod', obClusterId: 21, obVersion: '4.3.5', sysUser: 'root@sys', startupParameters: {} },
        rootServers: [
          { ip: '10.0.0.1', rpcPort: 2882, sqlPort: 2881, role: 'LEADER' },
          { ip: '10.0.0.2', rpcPort: 3882, sqlPort: 2881, role: 'FOLLOWER' },
        ],
        sqlAddresses: [
          { host: '10.0.0.1', port: 2881 },
          { host: '10.0.0.2', port: 2881 },
        ],
        password: { env: 'SYS_PASSWORD' },
        zones: [
          { name: 'zone1', idcName: 'a', regionName: null },
          { name: 'zone2', idcName: null, regionName: null },
        ],
        hostRequirements: { ...documentedHostRequirements, dataBytesMin: 200 * 1024 ** 3, clockDifferenceMaxMs: 50 },
      },
    ]);
    expect(hosts[0]).toEqual({
      ...{ id: 1, name: 'host-1', innerIpAddress: '10.0.0.11', sshHost: null, sshPort: 22, user: 'admin' },
      ...{ key: { file: join(homedir(), '.ssh/precede') }, hostKey: hostKeys[0], sudo: true },
      ...{ homePath: '/home/admin/oceanbase', dataPath: '/disk1', logPath: '/data/log1' },
      ...{ agentPath: '/home/admin/ocp_agent', sqlPort: 2881, rpcPort: 2882 },
      startupParameters: { memory_limit: '8G', cpu_count: '16' },
      ...{ architecture: null, operatingSystem: null, regionName: null, idcName: null },
      server: { clusterId: 1, zoneName: 'zone1' },
    });
    expect(hosts[1]).toMatchObject({
      ...{ id: 7, name: 'spare', sshHost: 'bastion.example', sshPort: 2222, sudo: false, server: null },
      ...{ key: { command: ['vault', 'key'] }, dataPath: '/disk1', logPath: '/disk2' },
      startupParameters: { memory_limit: '4G', cpu_count: '16' },
    });
    expect(packages).toEqual([
      {
        ...{ id: 1, name: 'oceanbase-ce', fileName: 'oceanbase-ce-4.3.5-100.el7.x86_64.rpm', downloadUrl: null },
        ...{ path: '/inventory/packages/oceanbase-ce-4.3.5-100.el7.x86_64.rpm', size: null, version: '4.3.5' },
        ...{ sha256: '0123456789abcdef'.repeat(4), buildNumber: '', operatingSystem: 'el7', architecture: 'x86_64' },
      },
    ]);
  });

  it('may be JSON', async () => {
    const text = '{"version": 1, "clusters": [], "hosts": [], "packages": []}';
    expect(await read(text)).toEqual({ clusters: [], hosts: [], packages: [] });
  });
});

describe('a broken file', () => {
  it.each([
    [
      'obVersion: 4.3.5',
      'obVersion: 4.3',
      'FIELD_INVALID inventory.yaml:13:16 clusters[0].obVersion: expected a version',
    ],
    [
      'port: 2222',
      'port: 70000',
      'FIELD_INVALID inventory.yaml:26:41 hosts[1].ssh.port: expected a port from 1 to 65535',
    ],
    [
      'port: 2222',
      'prot: 2222',
      'UNKNOWN_KEY inventory.yaml:26:35 hosts[1].ssh.prot: there is no such key; did you mean port?',
    ],
    [
      'become: none',
      'ports: { rpc: 2881 }',
      'DUPLICATE inventory.yaml:27:12 hosts[1].ports: sql and rpc are both 2881',
    ],
    ['become: none', 'become: root', 'FIELD_INVALID inventory.yaml:27:13 hosts[1].become: expected none or sudo'],
    [
      'log: /disk2',
      'log: disk2',
      'FIELD_INVALID inventory.yaml:28:25 hosts[1].directories.log: expected an absolute path',
    ],
    [
      'log: /disk2',
      'log: /d/../e',
      'FIELD_INVALID inventory.yaml:28:25 hosts[1].directories.log: expected an absolute path',
    ],
    [
      'address: 10.0.0.17',
      'address: 10.0.0.270',
      'FIELD_INVALID inventory.yaml:25:14 hosts[1].address: expected an IPv4',
    ],
    [
      'address: 10.0.0.17',
      'address: 10.0.0.11',
      'DUPLICATE inventory.yaml:25:14 hosts[1].address: address 10.0.0.11:2882 is taken by hosts[0]',
    ],
    ['id: 7', 'id: 1', 'DUPLICATE inventory.yaml:23:9 hosts[1].id: host id 1 is taken by hosts[0]'],
    ['name: spare', 'id: 8', 'YAML_SYNTAX inventory.yaml:24:5 the key is written twice'],
    [
      'cluster: 1, zone',
      'cluster: 2, zone',
      'UNKNOWN_REFERENCE inventory.yaml:22:24 hosts[0].server.cluster: there is no cluster 2; known: 1',
    ],
    [
      '1, zone: zone1 }',
      '1, zone: zone3 }',
      'UNKNOWN_REFERENCE inventory.yaml:22:33 hosts[0].server.zone: there is no zone zone3; known: zone1, zone2',
    ],
    [hostKeys[0], 'SHA256:abc', 'HOST_KEY_UNREADABLE inventory.yaml:21:21 hosts[0].ssh.hostKey: this is a fingerprint'],
    [
      hostKeys[0],
      'ssh-ed25519 AAAA',
      'HOST_KEY_UNREADABLE inventory.yaml:21:21 hosts[0].ssh.hostKey: this is no public key',
    ],
    [
      '{ hostKey: ' + hostKeys[0] + ' }',
      '{ port: 22 }',
      'FIELD_MISSING inventory.yaml:21:10 hosts[0].ssh.hostKey: is missing: every host is pinned',
    ],
    [
      'user: admin, ',
      '',
      'FIELD_MISSING inventory.yaml:21:10 hosts[0].ssh.user: is missing, here and in defaults.hosts.ssh',
    ],
    [
      '{ env: SYS_PASSWORD }',
      'canary',
      'SECRET_IN_CLEAR inventory.yaml:15:22 clusters[0].sql.password: a secret may not stand in this file',
    ],
    [
      'key: { command: [vault, key] }',
      'privateKey: canary',
      'SECRET_IN_CLEAR inventory.yaml:26:138 hosts[1].ssh.privateKey: a secret may not stand',
    ],
    [
      '{ env: SYS_PASSWORD }',
      '{ env: A, file: b }',
      'FIELD_INVALID inventory.yaml:15:22 clusters[0].sql.password: expected a secret written as {env: NAME}',
    ],
    [
      '{ env: SYS_PASSWORD }',
      '*canary',
      'YAML_SYNTAX inventory.yaml:15:22 an alias (*name) has no anchor (&name) before it',
    ],
    [
      'path: packages/',
      'url: http://me:canary@mirror/',
      'SECRET_IN_CLEAR inventory.yaml:31:10 packages[0].url: a URL may not hold a user or password',
    ],
    [
      'path: packages/',
      'url: ftp://mirror/',
      'FIELD_INVALID inventory.yaml:31:10 packages[0].url: a URL begins with http',
    ],
    ['os: el7, ', '', 'FIELD_MISSING inventory.yaml:31:5 packages[0].os: is missing, here and in defaults.packages'],
    [
      'dataBytesMin: 200GiB',
      'dataBytesMin: 200 GB',
      'FIELD_INVALID inventory.yaml:17:39 clusters[0].hostRequirements.dataBytesMin: expected bytes',
    ],
    [
      'version: 1\n',
      'version: 2\n',
      'FIELD_INVALID inventory.yaml:1:10 version: expected 1, the version of this format',
    ],
    [
      'memory_limit: 4G',
      '"a,b": 4G',
      'FIELD_INVALID inventory.yaml:29:26 hosts[1].startupParameters.a,b: expected a parameter name',
    ],
  ])('with %j as %j is told so at its place', async (piece, other, expected) => {
    const problems = await problemsOf(withInstead(piece, other));
    expect(problems.find((line) => line.startsWith(expected)) ?? problems).toContain(expected);
    expect(problems.join('\n')).not.toContain('canary');
  });

  it('is told of all at once, in the order of the lines', async () => {
    const text = soundFile
      .replace('obVersion: 4.3.5', 'obVersion: x')
      .replace('port: 2222', 'prot: 2222, password: canary')
      .replace(hostKeys[0], 'none')
      .replace('become: none', 'become: root');
    expect((await problemsOf(text)).map((line) => line.split(' ', 3).join(' '))).toEqual([
      'FIELD_INVALID inventory.yaml:13:16 clusters[0].obVersion:',
      'HOST_KEY_UNREADABLE inventory.yaml:21:21 hosts[0].ssh.hostKey:',
      'UNKNOWN_KEY inventory.yaml:26:35 hosts[1].ssh.prot:',
      'SECRET_IN_CLEAR inventory.yaml:26:47 hosts[1].ssh.password:',
      'FIELD_INVALID inventory.yaml:27:13 hosts[1].become:',
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['a list that does not end', 'version: ['],
    ['a wrong indentation', '- a\n b: c\n\t'],
    ['an alias within what it stands for', 'a: &a [*a, *a]'],
    ['a lone percent sign', '%'],
    ['a quotation that does not end', '"""'],
    ['50,000 lists in each other', '['.repeat(50_000)],
    ['a NUL character', '\0'],
  ])('that is %s is refused as a file', async (_what, text) => {
    expect(await problemsOf(text)).not.toEqual([]);
  });

  it('leaves the prototypes of objects alone', async () => {
    const text = `${soundFile}__proto__: { polluted: 1 }\n`.replace(
      '{ name: zone2 }',
      '{ name: zone2, __proto__: { polluted: 1 } }',
    );
    const problems = await problemsOf(text);
    expect(problems.filter((line) => line.includes('__proto__'))).toHaveLength(2);
    expect('polluted' in {}).toBe(false);
  });
});

describe('a file and this machine', () => {
  it('is refused where others may read a key or a password, and names the field', async () => {
    const dir = directory();
    for (const name of ['key', 'password']) writeFileSync(join(dir, name), 'canary');
    const text = soundFile.replace('~/.ssh/precede', 'key').replace('{ env: SYS_PASSWORD }', '{ file: password }');
    chmodSync(join(dir, 'key'), 0o640);
    chmodSync(join(dir, 'password'), 0o604);
    expect(await problemsOf(text, { dir })).toEqual([
      `KEY_FILE_REFUSED inventory.yaml:4:38 defaults.hosts.ssh.key.file: ${dir}/key is open to others than its owner`,
      `SECRET_FILE_REFUSED inventory.yaml:15:30 clusters[0].sql.password.file: ${dir}/password is open to others than its owner`,
    ]);
    for (const name of ['key', 'password']) chmodSync(join(dir, name), 0o600);
    expect(await problemsOf(text, { dir })).toEqual([]);
  });

  it('is held to what it points to only by a thorough reading', async () => {
    const dir = directory();
    const text = soundFile.replace('~/.ssh/precede', 'key').replace('SYS_PASSWORD', 'PRECEDE_TEST_IS_NOT_SET');
    expect(await problemsOf(text, { dir })).toEqual([]);
    expect((await problemsOf(text, { dir, isThorough: true })).map((line) => line.split(': ')[0])).toEqual([
      'SECRET_NOT_FOUND inventory.yaml:4:38 defaults.hosts.ssh.key.file',
      'SECRET_NOT_FOUND inventory.yaml:15:29 clusters[0].sql.password.env',
      'PACKAGE_MISSING inventory.yaml:31:11 packages[0].path',
    ]);
    writeFileSync(join(dir, 'a.rpm'), 'other');
    const other = text.replace('packages/oceanbase-ce-4.3.5-100.el7.x86_64.rpm', 'a.rpm');
    expect(await problemsOf(other, { dir, isThorough: true })).toContainEqual(
      expect.stringMatching(
        /^PACKAGE_DAMAGED inventory\.yaml:32:13 packages\[0\]\.sha256: the sha256 of .*a\.rpm is d9298a10/,
      ),
    );
  });
});
