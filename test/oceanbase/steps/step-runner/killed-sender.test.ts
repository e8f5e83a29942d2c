import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createHostConnections, sh, startSandbox, type Sandbox } from 'precede/oceanbase';
import { actOnce } from '../../../../src/oceanbase/steps/step-runner/act-once.ts';
import { isAlive } from '../../support/alive.ts';
import { atEnd, endAll } from '../../support/cleanups.ts';
import { contextOf, setupStepHost, siteOn } from './step-setup.ts';

afterEach(endAll, 30_000);

const program = join(import.meta.dirname, 'sender.ts');

async function untilThere(path: string): Promise<void> {
  for (let round = 0; !existsSync(path); round += 1) {
    if (round > 1_000) throw new Error(`${path} did not come about within 10 s`);
    await delay(10);
  }
}

describe('a process that is killed while its command runs', () => {
  it('leaves it to the next one, which gets its status and output', { timeout: 20_000 }, async () => {
    const host = await setupStepHost();
    const script = 'echo once >>effects; echo begun; sleep 1; echo over; exit 5';
    const { address } = host.server;
    const hostKey = address.hostKey;
    const told = JSON.stringify({ address: { ...address, hostKey }, token: 't-7-3-1', script });
    const options = ['--disable-warning=ExperimentalWarning', '--conditions=@precede/source'];
    const sender = spawn(process.execPath, [...options, program, told], { stdio: ['ignore', 'ignore', 'inherit'] });
    await untilThere(join(host.home, 'effects'));
    sender.kill('SIGKILL');
    await once(sender, 'exit');
    const context = contextOf('t-7-3-1');
    const command = sh`eval ${script}`;
    const done = actOnce(context, host.site, { name: 'work', command, timeoutMs: 30_000 });
    await expect(done).rejects.toMatchObject({ code: 'SSH_COMMAND_FAILED', exitStatus: 5 });
    expect(context.lines.slice(1)).toEqual(['begun', 'over']);
    expect(readFileSync(join(host.home, 'effects'), 'utf8')).toBe('once\n');
  });
});

function siteOnSandbox({ hosts: [host] }: Sandbox) {
  if (!host) throw new Error('a sandbox without a host');
  const connections = createHostConnections({ hosts: async (id) => ({ id, ...host.ssh }) });
  atEnd(() => connections.close());
  return { site: siteOn(connections.session(host.id)), home: join(host.homePath, '..') };
}

describe('on a stand-in host', () => {
  it.each([1, 2, 3])(
    'a connection that is cut at command %i changes nothing',
    { timeout: 30_000 },
    async (parameter) => {
      const sandbox = await startSandbox({ servers: 1, faults: [{ hostId: 1, kind: 'ssh-drop', parameter }] });
      atEnd(() => sandbox.stop());
      const { site, home } = siteOnSandbox(sandbox);
      for (const token of ['t-7-3-1', 't-7-3-2']) {
        const context = contextOf(token);
        const command = sh`echo begun; echo once >>effects; sleep 0.2; echo over`;
        await actOnce(context, site, { name: 'work', command, timeoutMs: 30_000 });
        const said = context.lines.filter((line) => line === 'begun' || line === 'over');
        expect(said).toEqual(['begun', 'over']);
      }
      expect(readFileSync(join(home, 'effects'), 'utf8')).toBe('once\nonce\n');
    },
  );

  it('a command that still runs ends with the sandbox', { timeout: 30_000 }, async () => {
    const sandbox = await startSandbox({ servers: 1 });
    const { site, home } = siteOnSandbox(sandbox);
    const command = sh`sleep 60 & echo $! >child; wait`;
    const done = actOnce(contextOf('t-7-3-1'), site, { name: 'work', command, timeoutMs: 1_000 });
    done.catch(() => undefined);
    await untilThere(join(home, 'child'));
    await delay(50);
    const pid = Number(readFileSync(join(home, 'child'), 'utf8'));
    await sandbox.stop();
    expect(isAlive(pid)).toBe(false);
    await expect(done).rejects.toMatchObject({ code: 'SSH_ABORTED', mayHaveRun: true });
  });
});
