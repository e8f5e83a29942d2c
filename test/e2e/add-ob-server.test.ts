import { Client, type ClientChannel } from 'ssh2';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { contentOf, emptyDirectory, precede, processesNaming } from './support/precede.ts';
import { sandboxUp, type Access } from './support/fleet.ts';
import { expectDocumentedEdges, infoOf, namesByState } from './support/task-info.ts';

const timeoutMs = 120_000;

describe('adding three servers to a sandbox that is kept', () => {
  it(
    'does what it says: 37 tasks with the documented edges, live observers, an answer over SQL, an installed package',
    async () => {
      const cwd = emptyDirectory();
      const { dir, access } = await sandboxUp(cwd, '--hosts', '3');
      const args = [
        'run',
        'add-ob-server',
        '--sandbox-dir',
        dir,
        '--servers',
        '3',
        '--store',
        'runs.db',
        '--format',
        'json',
      ];
      const ended = await precede(args, { cwd });
      expect(ended.status).toBe(0);
      const info = infoOf(ended);
      expect(info.status).toBe('SUCCESS');
      expect(info.tasks).toHaveLength(37);
      expect(namesByState(info)).toEqual({ SUCCESS: expect.toSatisfy((names: string[]) => names.length === 37) });
      expectDocumentedEdges(info, 3);
      expect(JSON.parse(readFileSync(join(cwd, 'runs.run-1.json'), 'utf8'))).toEqual(info);
      expect(statSync(join(cwd, 'runs.run-1.log')).mode & 0o777).toBe(0o600);
      await expectServing(access);
      await expectSecretsKept(cwd, access);

      const again = await precede(
        ['run', 'add-ob-server', '--sandbox-dir', dir, '--hosts', '2,9', '--zone', 'zone7', '--store', 'runs.db'],
        { cwd },
      );
      expect(again).toMatchObject({ status: 2, stdout: '' });
      for (const problem of ['error[HOST_IN_USE]', 'error[HOST_UNKNOWN]', 'error[ZONE_UNKNOWN]', 'next: ']) {
        expect(again.stderr).toContain(problem);
      }
      const down = await precede(['sandbox', 'down', '--dir', dir], { cwd });
      expect(down.status).toBe(0);
      expect(processesNaming(dir)).toEqual([]);
      const status = await precede(['sandbox', 'status', '--dir', dir, '--format', 'json'], { cwd });
      expect(status).toMatchObject({ status: 1, stdout: '{\n  "state": "ended"\n}\n' });
    },
    timeoutMs,
  );
});

/** Looks at each new server as a stranger would. */
async function expectServing({ hosts, sql }: Access): Promise<void> {
  const password = readFileSync(sql.passwordFile, 'utf8').trim();
  for (const host of hosts.filter(({ id }) => id < 100)) {
    const pid = Number(readFileSync(join(host.homePath, 'run', 'observer.pid'), 'utf8'));
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    const connection = await createConnection({ host: host.ip, port: host.sqlPort, user: sql.user, password });
    const [[row]] = await connection.query<RowDataPacket[]>('SELECT 1 AS one');
    expect(row).toEqual({ one: 1 });
    await connection.end();
    expect(await overSsh(host, 'rpm -q oceanbase-ce && echo $((6 * 7))')).toMatch(/^oceanbase-ce-4\.3\.5\.1\S*\n42\n$/);
  }
  const root = await createConnection({ host: sql.host, port: sql.port, user: sql.user, password });
  const [rows] = await root.query<RowDataPacket[]>(
    "SELECT SVR_IP, STATUS, ZONE, START_SERVICE_TIME FROM oceanbase.DBA_OB_SERVERS WHERE ZONE = 'zone2'",
  );
  await root.end();
  expect(rows).toHaveLength(4);
  for (const row of rows) expect(row).toMatchObject({ STATUS: 'ACTIVE', START_SERVICE_TIME: expect.anything() });
}

/** What a command prints on a host, by an SSH client that trusts nothing but the printed host key. */
async function overSsh({ ssh }: Access['hosts'][number], command: string): Promise<string> {
  const { host, port, user: username, keyFile, hostKey } = ssh;
  const client = new Client();
  const hostVerifier = (key: Buffer): boolean => key.toString('base64') === hostKey.split(' ')[1];
  client.connect({ host, port, username, privateKey: readFileSync(keyFile), hostVerifier });
  try {
    await once(client, 'ready');
    const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
    client.exec(command, (error, channel) => {
      if (error) reject(error);
      else resolve(channel);
    });
    return await text(await promise);
  } finally {
    client.end();
  }
}

/** The password of the database stands in nothing that the run has written. */
async function expectSecretsKept(cwd: string, { sql }: Access): Promise<void> {
  const password = readFileSync(sql.passwordFile, 'utf8').trim();
  for (const name of contentOf(cwd).keys()) {
    if (!name.startsWith('fleet/')) expect(readFileSync(join(cwd, name)).includes(password), name).toBe(false);
  }
}
