import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newKeyPair } from '../../src/oceanbase/sandbox/keys.ts';
import { contentOf, emptyDirectory, precede } from './support/precede.ts';

const timeoutMs = 60_000;
const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJh9QXZ1m1UO0i4HZqV7oYd0b7Qw4bTtTTx1XHgXr0ab';

/** An inventory of hosts that are not there, in a directory of its own with the key that it names. */
function inventory({ zones = 'zone1', port = 1 }: { zones?: string; port?: number } = {}): {
  cwd: string;
  file: string;
} {
  const cwd = emptyDirectory();
  writeFileSync(join(cwd, 'key'), newKeyPair('test').privateKey, { mode: 0o600 });
  const zoneList = zones.split(' ').map((name) => `{ name: ${name} }`);
  writeFileSync(
    join(cwd, 'inventory.yaml'),
    `version: 1
defaults: { hosts: { ssh: { user: admin, key: { file: key }, port: ${port} } } }
clusters:
  - id: 4
    name: prod
    obClusterId: 21
    obVersion: 4.3.5
    rootServers: [{ ip: 127.0.0.1, sqlPort: 1 }]
    sql: { password: { env: PRECEDE_TEST_PASSWORD } }
    zones: [${zoneList.join(', ')}]
hosts:
  - { id: 1, address: 127.0.0.1, ssh: { hostKey: ${hostKey} } }
packages:
  - { url: http://127.0.0.1:1/oceanbase-ce-4.3.5-1.el7.x86_64.rpm, sha256: ${'a'.repeat(64)}, version: 4.3.5, os: el7, architecture: x86_64 }
`,
  );
  return { cwd, file: 'inventory.yaml' };
}

function change(cwd: string, piece: string, other: string): void {
  const file = join(cwd, 'inventory.yaml');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(piece);
  writeFileSync(file, text.replace(piece, other));
}

describe.concurrent('an inventory on the command line', { timeout: timeoutMs }, () => {
  it('that is broken is refused with every problem at its place, by every command', async () => {
    const { cwd, file } = inventory();
    change(cwd, '{ env: PRECEDE_TEST_PASSWORD }', 'canary-secret');
    change(cwd, 'obClusterId: 21', 'obClusterID: 21');
    const before = contentOf(cwd);
    const ends = await Promise.all([
      precede(['inventory', 'check', file], { cwd }),
      precede(['inventory', 'import', file, '--store', 'a.db'], { cwd }),
      precede(['plan', 'add-ob-server', '--inventory', file, '--hosts', '1'], { cwd }),
      precede(['run', 'add-ob-server', '--inventory', file, '--hosts', '1', '--store', 'a.db'], { cwd }),
    ]);
    for (const { status, stdout, stderr } of ends) {
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('error[INVALID_INVENTORY]: Inventory file: 3 problems');
      expect(stderr).toContain(
        'error[FIELD_MISSING]: inventory.yaml:4:5 clusters[0].obClusterId: is missing: expected a whole number',
      );
      expect(stderr).toContain(
        'error[UNKNOWN_KEY]: inventory.yaml:6:5 clusters[0].obClusterID: there is no such key; did you mean obClusterId?',
      );
      expect(stderr).toContain('error[SECRET_IN_CLEAR]: inventory.yaml:9:22 clusters[0].sql.password: ');
      expect(stderr).not.toContain('canary');
    }
    expect(contentOf(cwd)).toEqual(before);
  });

  it('is checked against this machine, and with --connect against what it describes', async () => {
    const { cwd, file } = inventory();
    const unset = await precede(['inventory', 'check', file], { cwd });
    expect(unset).toMatchObject({ status: 2, stdout: '' });
    expect(unset.stderr).toContain('error[SECRET_NOT_FOUND]');
    const env = { PRECEDE_TEST_PASSWORD: 'canary-secret' };
    const sound = await precede(['inventory', 'check', file], { cwd, env });
    expect(sound).toEqual({
      status: 0,
      stderr: '',
      stdout: 'inventory.yaml: 1 cluster, 1 host, 1 package; the file is right.\n',
    });
    const reached = await precede(['inventory', 'check', file, '--connect', '--format', 'json'], { cwd, env });
    expect(reached).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(reached.stdout)).toMatchObject({
      isSound: false,
      found: {
        hosts: [{ id: 1, isReached: false, problems: [{ code: 'SSH_REFUSED' }] }],
        clusters: [{ id: 4, problems: [{ code: 'DB_REFUSED' }] }],
      },
    });
    expect(reached.stdout).not.toContain('canary');

    const { privateKey } = generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary' },
    });
    writeFileSync(join(cwd, 'key'), privateKey, { mode: 0o600 });
    const locked = await precede(['inventory', 'check', file], { cwd, env });
    expect(locked).toMatchObject({ status: 2, stdout: '' });
    expect(locked.stderr).toMatch(
      /error\[KEY_FILE_REFUSED\]: .*inventory\.yaml:2:55 defaults\.hosts\.ssh\.key\.file: .* cannot be used: /,
    );
  });

  it('is taken into a store once, and then a run needs no file and no cluster', async () => {
    const { cwd, file } = inventory();
    const store = ['--store', 'a.db'];
    const rehearsed = await precede(['inventory', 'import', file, ...store, '--dry-run'], { cwd });
    expect(rehearsed).toMatchObject({ status: 0, stderr: '' });
    expect(rehearsed.stdout).toMatch(/^new {6}cluster 4 \(prod\)\n[^]*Nothing was written: --dry-run\.\n$/);
    expect([...contentOf(cwd).keys()]).toEqual(expect.not.arrayContaining(['a.db']));
    expect(await precede(['inventory', 'import', file, ...store], { cwd })).toMatchObject({ status: 0, stderr: '' });
    change(cwd, 'port: 1 }', 'port: 2 }');
    const changed = await precede(['inventory', 'import', file, ...store], { cwd });
    expect(changed.stdout).toBe('changed  host 1 (host-1): ssh.port 1 -> 2\n3 entries known just so.\n');
    const exported = await precede(['inventory', 'export', ...store], { cwd });
    writeFileSync(join(cwd, 'again.yaml'), exported.stdout);
    const again = await precede(['inventory', 'import', 'again.yaml', ...store], { cwd });
    expect(again).toMatchObject({ status: 0, stdout: '4 entries known just so.\n' });
    const ran = await precede(['run', 'add-ob-server', '--hosts', '1', ...store], { cwd });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('SSH_REFUSED');
  });

  it('says what a plan leaves open, and what it does not know', async () => {
    const { cwd, file } = inventory({ zones: 'zone1 zone2' });
    const open = await precede(['plan', 'add-ob-server', '--inventory', file, '--hosts', '1'], { cwd });
    expect(open).toMatchObject({ status: 2, stdout: '' });
    expect(open.stderr).toContain('name the zone');
    const planned = await precede(['plan', 'add-ob-server', '--inventory', file, '--hosts', '1', '--zone', 'zone2'], {
      cwd,
    });
    expect(planned).toMatchObject({ status: 0, stderr: '' });
    expect(planned.stdout).toContain('21 tasks');
    const unknown = await precede(['plan', 'add-ob-server', '--inventory', file, '--hosts', '5', '--zone', 'zone2'], {
      cwd,
    });
    expect(unknown).toMatchObject({ status: 2, stdout: '' });
    expect(unknown.stderr).toContain('error[HOST_UNKNOWN]');
  });

  it.each([
    { args: ['check', 'none.yaml'], code: 'INVENTORY_UNREADABLE' },
    { args: ['export', '--store', 'none.db'], code: 'STORE_UNREADABLE' },
    { args: ['scan-keys', 'no host'], code: 'INVALID_HOST' },
    { args: ['scan-keys', 'host:99999'], code: 'INVALID_HOST' },
  ])('of the wrong kind is refused: inventory $args', async ({ args, code }) => {
    const cwd = emptyDirectory();
    const { status, stdout, stderr } = await precede(['inventory', ...args], { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`error[${code}]`);
    expect(contentOf(cwd).size).toBe(0);
  });

  it('does not go together with a sandbox', async () => {
    const cwd = emptyDirectory();
    const { status, stderr } = await precede(['run', 'add-ob-server', '--sandbox', '--inventory', 'x.yaml'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain('error[CONFLICTING_OPTION]');
  });
});
