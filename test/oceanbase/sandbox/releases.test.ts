import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sandboxVersions, startSandbox, type Sandbox } from '../../../src/oceanbase/sandbox/index.ts';
import { endAll } from '../support/cleanups.ts';
import { rejection } from '../support/rejection.ts';
import { database, errno, execute, login, rows, sandbox } from './clients.ts';
import { install } from './observer-steps.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describe('the versions that a sandbox can imitate', () => {
  it('are three; any other is refused before anything starts', async () => {
    expect(sandboxVersions).toEqual(['2.2.75', '3.1.5', '4.3.5']);
    expect(await rejection(startSandbox({ obVersion: '1.4.79' as never }))).toMatchObject({
      code: 'INVALID_SANDBOX',
      problems: [{ code: 'UNKNOWN_VERSION', next: 'One of: 2.2.75, 3.1.5, 4.3.5.' }],
    });
  });
});

describe('a sandbox of 2.2.75', () => {
  let fleet: Sandbox;

  beforeAll(async () => {
    fleet = await sandbox({ servers: 1, memberZones: ['zone1'], obVersion: '2.2.75' });
  });
  afterAll(endAll);

  it('has the package of the documented sample', () => {
    expect(fleet.access.obVersion).toBe('2.2.75');
    expect(fleet.access.packages[0]?.fileName).toMatch(/^oceanbase-2\.2\.75-20210108170301\.el7\.\w+\.rpm$/);
  });

  it('shows servers and zones in its own tables, and knows none of those of 4.x', async () => {
    const root = await database(fleet);
    const [server] = await rows(root, 'SELECT * FROM oceanbase.__all_server');
    expect(server).toMatchObject({ zone: 'zone1', status: 'active', with_rootserver: 1, stop_time: 0, svr_port: 2882 });
    expect(String(server?.['start_service_time'])).toMatch(/^\d{16}$/);
    expect(await rows(root, "SELECT info FROM __all_zone WHERE zone = 'zone1' AND name = 'status'")).toEqual([
      { info: 'ACTIVE' },
    ]);
    expect(await rows(root, 'SELECT OB_VERSION() AS version')).toEqual([{ version: '2.2.75' }]);
    expect(await errno(root, 'SELECT * FROM oceanbase.DBA_OB_SERVERS')).toBe(1146);
  });

  it('has members with all the directories of its version', () => {
    const member = fleet.hosts.find(({ role }) => role === 'member');
    expect(readdirSync(join(member?.homePath ?? '', 'store', 'sandbox')).sort()).toEqual([
      'clog',
      'etc2',
      'etc3',
      'ilog',
      'oob_clog',
      'slog',
      'sort_dir',
      'sstable',
    ]);
  });

  it('has an observer that is told a device, not an address, and that needs ilog', async () => {
    const [host] = fleet.hosts;
    if (!host) throw new Error('no host');
    const client = await login(host);
    expect(await install(fleet, host, client)).toMatchObject({ code: 0 });
    const start = (network: string) =>
      execute(
        client,
        `cd ${host.homePath} && mkdir -p store/sstable store/clog store/slog && bin/observer ${network} -p 2881 -P 2882` +
          ` -z zone1 -d ${host.homePath}/store -r '${host.ip}:2882:2881' -c 1001 -n sandbox || tail -n 1 log/observer.log`,
      );
    expect((await start(`-I ${host.ip}`)).stderr).toContain('invalid option -- "I"');
    expect((await start('-i eth7')).stdout).toContain('there is no network device eth7');
    expect((await start('-i eth0')).stdout).toMatch(/directory \S+store\/ilog does not exist/);
    expect((await execute(client, 'ip -o addr show')).stdout).toMatch(new RegExp(`eth0\\s+inet ${host.ip}/`));
  });
});
