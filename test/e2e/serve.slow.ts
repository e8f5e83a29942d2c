import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sandboxUp } from './support/fleet.ts';
import { emptyDirectory, precede } from './support/precede.ts';
import { startServer, type Server } from './support/server.ts';

const timeoutMs = 120_000;
const servers = '/api/v2/ob/clusters/1/servers';
const instances = '/api/v2/tasks/instances';

interface Subtask {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly runTime: number;
}

/** Asks for a task until it has a status, as its callers do. */
async function untilStatus(server: Server, taskId: number, wanted: string): Promise<readonly Subtask[]> {
  for (;;) {
    const { data } = await server.ask(`${instances}/${taskId}`);
    if (data['status'] === wanted) return data['subtasks'] as readonly Subtask[];
    expect(['RUNNING', wanted], JSON.stringify(data)).toContain(data['status']);
    await pause(100);
  }
}

/** Asks for the first task until one of its subtasks has a status. */
async function untilSubtask(server: Server, name: string, wanted: string): Promise<Subtask> {
  for (;;) {
    const { data } = await server.ask(`${instances}/1`);
    const found = (data['subtasks'] as readonly Subtask[]).find((subtask) => subtask.name === name);
    expect(found?.status).not.toBe('FAILED');
    if (found?.status === wanted) return found;
    await pause(20);
  }
}

describe('precede serve', () => {
  it(
    'goes on with what a killed one has begun, and gives the same task for the same token',
    { timeout: timeoutMs },
    async () => {
      const cwd = emptyDirectory();
      const { dir } = await sandboxUp(cwd, '--hosts', '2');
      const args = ['--store', 'runs.db', '--sandbox-dir', dir];
      const body = { zoneName: 'zone2', servers: [1, 2], clientToken: 'token-of-a-caller' };
      const first = await startServer(cwd, args);
      const password = first.notice['adminPassword'] ?? '';
      expect(await first.ask(servers, { body })).toMatchObject({ status: 200, data: { id: 1, status: 'RUNNING' } });
      await untilSubtask(first, 'Start observer process with param', 'RUNNING');
      await first.stop('SIGKILL');
      const second = await startServer(cwd, args, { password });
      const subtasks = await untilStatus(second, 1, 'SUCCESSFUL');
      expect(subtasks).toHaveLength(29);
      expect(await second.ask(servers, { body })).toMatchObject({ status: 200, data: { id: 1, status: 'SUCCESS' } });
      await second.stop();
    },
  );

  it('leaves what is under way when it is asked to end, for the next one', { timeout: timeoutMs }, async () => {
    const cwd = emptyDirectory();
    const { dir } = await sandboxUp(cwd, '--hosts', '1', '--fault', 'host:1=slow:1500');
    const args = ['--store', 'runs.db', '--sandbox-dir', dir];
    const first = await startServer(cwd, args);
    const password = first.notice['adminPassword'] ?? '';
    await first.ask(servers, { body: { zoneName: 'zone1', servers: [1] } });
    await untilSubtask(first, 'Install rpm', 'RUNNING');
    const { code, elapsedMs } = await first.stop();
    expect(code).toBe(0);
    expect(elapsedMs).toBeLessThan(10_000);
    expect(
      JSON.parse((await precede(['list', '--store', 'runs.db', '--format', 'json'], { cwd })).stdout),
    ).toMatchObject([{ state: 'RUNNING' }]);
    const second = await startServer(cwd, args, { password });
    // The very command that was under way when the first one left.
    expect(await untilSubtask(second, 'Install rpm', 'SUCCESSFUL')).toMatchObject({ runTime: 1 });
    await second.stop('SIGKILL');
  });

  it('works on one store with the command line, whoever has the run', { timeout: timeoutMs }, async () => {
    const cwd = emptyDirectory();
    const { dir } = await sandboxUp(
      cwd,
      '--hosts',
      '3',
      '--fault',
      'host:1=agent-missing',
      '--fault',
      'host:2=disk-full',
    );
    const server = await startServer(cwd, ['--store', 'runs.db', '--sandbox-dir', dir]);
    const here = ['--store', 'runs.db', '--sandbox-dir', dir];
    // Begun over HTTP, skipped from a terminal: the server has the run no more, so the terminal carries it.
    await server.ask(servers, { body: { zoneName: 'zone1', servers: [1] } });
    const failed = (await untilStatus(server, 1, 'FAILED')).find(({ status }) => status === 'FAILED');
    expect(failed?.name).toBe('Start ocp agent service');
    expect(
      await precede(['skip', '1', 'host:1/Start ocp agent service', '--by', 'kim', ...here], { cwd }),
    ).toMatchObject({ status: 0 });
    await untilStatus(server, 1, 'SUCCESSFUL');
    // Begun from a terminal, which ends with it; rolled back over HTTP.
    const run = await precede(['run', 'add-ob-server', '--hosts', '2', '--zone', 'zone2', ...here], { cwd });
    expect(run.status).toBe(1);
    expect(await server.ask(`${instances}/2/rollback`, { method: 'POST' })).toMatchObject({
      status: 200,
      data: { operation: 'ROLLBACK' },
    });
    const undone = await untilStatus(server, 2, 'SUCCESSFUL');
    expect(new Set(undone.map(({ status }) => status))).toEqual(new Set(['PENDING']));
    expect(await server.ask('/api/v2/compute/hosts/2')).toMatchObject({ data: { status: 'AVAILABLE' } });
    const story = await precede(['show', '2', '--story', '--format', 'json', '--store', 'runs.db'], { cwd });
    expect(story.stdout).toContain('"admin"');
    await server.stop();
  });

  it('speaks TLS', { timeout: timeoutMs }, async () => {
    const cwd = emptyDirectory();
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', 'key.pem', '-out', 'cert.pem'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...files], {
      cwd,
      stdio: 'pipe',
    });
    const server = await startServer(cwd, [
      '--store',
      'runs.db',
      '--host',
      '0.0.0.0',
      '--tls-cert',
      'cert.pem',
      '--tls-key',
      'key.pem',
    ]);
    const { port } = new URL(server.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: '/readyz', ca: readFileSync(join(cwd, 'cert.pem')) };
      request(options, (answer) => {
        expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
        answer.resume();
        resolve(answer.statusCode);
      })
        .once('error', reject)
        .end();
    });
    expect(server.url.startsWith('https://')).toBe(true);
    expect(status).toBe(200);
    await server.stop();
  });
});
