import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, precede } from './support/precede.ts';
import { expectRefused, refusedIn } from './support/refused.ts';
import { startServer } from './support/server.ts';

const timeoutMs = 60_000;

describe.concurrent('precede serve', () => {
  it.each([
    { what: 'another address without TLS', args: ['--host', '0.0.0.0'], code: 'TLS_NEEDED', words: ['--insecure'] },
    {
      what: 'a certificate without its key',
      args: ['--tls-cert', 'cert.pem'],
      code: 'TLS_INCOMPLETE',
      words: ['--tls-key'],
    },
    {
      what: 'a certificate that is not there',
      args: ['--tls-cert', 'a', '--tls-key', 'b'],
      code: 'FILE_UNREADABLE',
      words: ['ENOENT'],
    },
    {
      what: 'files that hold no certificate',
      args: ['--tls-cert', 'open.key', '--tls-key', 'open.key'],
      code: 'TLS_UNUSABLE',
      words: ['--tls-cert'],
    },
    { what: 'a URL for a name', args: ['--allow-host', 'http://ocp'], code: 'INVALID_HOST', words: ['http://ocp'] },
    { what: 'a port that is none', args: ['--port', '70000'], code: 'INVALID_PORT', words: ['65535'] },
    { what: 'hosts without a sandbox', args: ['--servers', '3'], code: 'SANDBOX_FLAG', words: ['--sandbox'] },
    {
      what: 'an address of another machine',
      args: ['--host', '192.0.2.1', '--insecure'],
      code: 'CANNOT_LISTEN',
      words: ['--host'],
    },
    {
      what: 'a key file that others can read',
      args: ['--key-file', 'open.key'],
      code: 'KEY_FILE_REFUSED',
      words: ['chmod'],
    },
  ])('refuses $what', { timeout: timeoutMs }, async ({ args, code, words }) => {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, 'open.key'), 'k'.repeat(32), { mode: 0o644 });
    expectRefused(await precede(['serve', '--port', '0', ...args], { cwd }), code, ...words);
  });

  it('refuses a port that is taken, and leaves nothing behind', { timeout: timeoutMs }, async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const cwd = emptyDirectory();
    expectRefused(await refusedIn(cwd, ['serve', '--port', String(port)]), 'CANNOT_LISTEN', String(port));
    other.close();
  });

  it(
    'makes a password at its first start alone, keeps what it has to itself, and ends when it is asked to',
    { timeout: timeoutMs },
    async () => {
      const cwd = emptyDirectory();
      const first = await startServer(cwd, ['--store', 'runs.db']);
      expect(first.notice['adminPassword']).toMatch(/^\S{20,}$/);
      expect(await first.ask('/readyz')).toMatchObject({ status: 200 });
      expect(await first.ask('/api/v2/ob/clusters')).toMatchObject({ status: 200, data: { contents: [] } });
      expect(await first.ask('/api/v2/ob/clusters', { password: 'wrong password' })).toMatchObject({ status: 401 });
      for (const file of ['runs.db', 'runs.db.key']) expect(statSync(join(cwd, file)).mode & 0o777).toBe(0o600);
      const { code, elapsedMs } = await first.stop();
      expect(code).toBe(0);
      expect(elapsedMs).toBeLessThan(10_000);

      const second = await startServer(cwd, ['--store', 'runs.db'], { password: first.notice['adminPassword'] ?? '' });
      expect(second.notice).not.toHaveProperty('adminPassword');
      expect(await second.ask('/api/v2/ob/clusters')).toMatchObject({ status: 200 });
      expect(
        await precede(['user', 'add', 'ada', '--role', 'TASK_VIEWER', '--store', 'runs.db', '--format', 'json'], {
          cwd,
        }),
      ).toMatchObject({ status: 0 });
      await second.stop('SIGINT');

      writeFileSync(join(cwd, 'password'), 'another one altogether\n', { mode: 0o600 });
      const third = await startServer(cwd, ['--store', 'runs.db', '--admin-password-file', 'password'], {
        password: 'another one altogether',
      });
      expect(await third.ask('/api/v2/ob/clusters')).toMatchObject({ status: 200 });
      expect(await third.ask('/api/v2/ob/clusters', { password: first.notice['adminPassword'] ?? '' })).toMatchObject({
        status: 401,
      });
      await third.stop();
      for (const log of [first.log(), second.log(), third.log()]) {
        expect(log).not.toContain(first.notice['adminPassword']);
        expect(log).not.toContain('another one altogether');
        for (const line of log.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('traceId');
      }
      expect(existsSync(join(cwd, 'runs.db-wal'))).toBe(false);
    },
  );
});
