import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { EngineClosedError } from '../../../../src/run/index.ts';
import { sh, type ShellCommand } from 'precede/oceanbase';
import { actOnce } from '../../../../src/oceanbase/steps/step-runner/act-once.ts';
import { endSteps } from '../../../../src/oceanbase/steps/step-runner/end-step.ts';
import { openScript } from '../../../../src/oceanbase/steps/step-runner/step-directory.ts';
import { followScript } from '../../../../src/oceanbase/steps/step-runner/follow-script.ts';
import { atEnd, endAll } from '../../support/cleanups.ts';
import { ed25519, startSshServer } from '../../support/ssh-server.ts';
import { contextOf, setupStepHost, type StepContext, type StepHost } from './step-setup.ts';

afterEach(endAll);

function step(command: ShellCommand, facts: { timeoutMs?: number; patienceMs?: number } = {}) {
  return { name: 'work', command, timeoutMs: 20_000, ...facts };
}

/** Has an effect that is counted, and takes its time. */
function counted(seconds: number): ShellCommand {
  return sh`echo begun; echo once >>effects; sleep ${seconds}; echo 'all done'`;
}

function effectsOn({ home }: Pick<StepHost, 'home'>): number {
  const file = join(home, 'effects');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let round = 0; !isSo(); round += 1) {
    if (round > 500) throw new Error('it did not come about within 5 s');
    await delay(10);
  }
}

function outputOf({ lines }: StepContext): string[] {
  return lines.slice(1).filter((line) => !line.includes('Asking the host'));
}

describe('a command that is sent once', () => {
  it('runs, and its directory stays until the end of the task', async () => {
    const host = await setupStepHost();
    const context = contextOf('t-7-3-1');
    await actOnce(context, host.site, step(counted(0)));
    expect(outputOf(context)).toEqual(['begun', 'all done']);
    expect(readdirSync(join(host.home, '.precede/steps'))).toEqual(['t-7-3-1.work']);
    const files = ['command', 'out', 'rc', 'start'];
    expect(readdirSync(join(host.home, '.precede/steps/t-7-3-1.work')).sort()).toEqual(files);
    const again = contextOf('t-7-3-1');
    await actOnce(again, host.otherSite(), step(counted(0)));
    expect(outputOf(again)).toEqual(outputOf(context));
    expect(effectsOn(host)).toBe(1);
    const sent = host.server.commands.length;
    await endSteps(contextOf('t-7-3-1'), host.site);
    expect(host.server.commands.length - sent).toBe(1);
    expect(existsSync(join(host.home, '.precede'))).toBe(false);
    await endSteps(contextOf('t-7-3-1'), host.site);
  });

  it('comes to its end once when two orchestrators send it at the same time', async () => {
    const host = await setupStepHost();
    for (let round = 1; round <= 10; round += 1) {
      const contexts = [contextOf(`t-7-3-${round}`), contextOf(`t-7-3-${round}`)];
      const sites = [host.site, host.otherSite()];
      await Promise.all(contexts.map((context, at) => actOnce(context, sites[at] ?? host.site, step(counted(0.05)))));
      expect(contexts.map(outputOf)).toEqual([
        ['begun', 'all done'],
        ['begun', 'all done'],
      ]);
      expect(effectsOn(host)).toBe(round);
    }
  });

  it('fails as often as it is asked for, with the same status and output', async () => {
    const host = await setupStepHost();
    const failing = step(sh`echo once >>effects; echo 'no room' >&2; exit 7`);
    for (const site of [host.site, host.otherSite()]) {
      await expect(actOnce(contextOf('t-7-3-1'), site, failing)).rejects.toMatchObject({
        code: 'SSH_COMMAND_FAILED',
        exitStatus: 7,
        message: expect.stringContaining('no room') as string,
      });
    }
    expect(effectsOn(host)).toBe(1);
  });

  it.each([String.raw`it's "quoted" \n $HOME ; # & | <x> *`, 'two\nlines and a\ttab', `'''`, '-n', 'ä€😀\r'])(
    'reaches its shell exactly as it was written: %j',
    async (word) => {
      const host = await setupStepHost();
      await actOnce(contextOf('t-7-3-1'), host.site, step(sh`printf %s ${word} >word`));
      expect(readFileSync(join(host.home, 'word'), 'utf8')).toBe(word);
    },
  );

  it('goes on when the connection is cut, and is not started again', async () => {
    const host = await setupStepHost();
    const context = contextOf('t-7-3-1');
    const done = actOnce(context, host.site, step(counted(0.4)));
    for (let cut = 1; cut <= 3; cut += 1) {
      await until(() => effectsOn(host) === 1 && host.server.sockets.size > 0);
      for (const socket of host.server.sockets) socket.destroy();
      await delay(60);
    }
    await done;
    expect(effectsOn(host)).toBe(1);
    expect(outputOf(context)).toEqual(['begun', 'all done']);
    expect(context.lines.filter((line) => line.includes('Asking the host')).length).toBeGreaterThan(0);
  });

  it('is left running by an engine that closes, and the next one comes back with its result', async () => {
    const host = await setupStepHost();
    const controller = new AbortController();
    const left = actOnce(contextOf('t-7-3-1', { signal: controller.signal }), host.site, step(counted(0.6)));
    await until(() => effectsOn(host) === 1);
    controller.abort(new EngineClosedError('run 7 was not over yet'));
    await expect(left).rejects.toMatchObject({ mayHaveRun: true });
    const next = contextOf('t-7-3-1');
    await actOnce(next, host.otherSite(), step(counted(0.6)));
    expect(outputOf(next)).toEqual(['begun', 'all done']);
    expect(effectsOn(host)).toBe(1);
  });

  it('may have run when the host shows another key once it was sent', async () => {
    const host = await setupStepHost();
    const done = actOnce(contextOf('t-7-3-1'), host.site, step(counted(1)));
    await until(() => effectsOn(host) === 1);
    const other = await startSshServer({ hostKey: ed25519() });
    atEnd(() => other.close());
    host.place.port = other.address.port;
    for (const socket of host.server.sockets) socket.destroy();
    await expect(done).rejects.toMatchObject({
      mayHaveRun: true,
      message: expect.stringContaining('another host key') as string,
    });
  });

  it('is started by the next sending when the first has made its directory and no more', async () => {
    const host = await setupStepHost();
    await host.host.exec(openScript('.precede/steps/t-7-3-1.work'));
    await actOnce(contextOf('t-7-3-1'), host.site, step(counted(0)));
    expect(effectsOn(host)).toBe(1);
  });

  it('is not started by a sending that arrives after the end of the task', async () => {
    const host = await setupStepHost();
    await actOnce(contextOf('t-7-3-1'), host.site, step(counted(0)));
    await endSteps(contextOf('t-7-3-1'), host.site);
    const late = await host.host.exec(followScript('.precede/steps/t-7-3-1.work', counted(0)));
    expect(late.stdout).toBe('precede-step: gone\n');
    expect(effectsOn(host)).toBe(1);
  });

  it('is not sent by a process that may have lost the run', async () => {
    const host = await setupStepHost();
    const fenced = contextOf('t-7-3-1', {
      throwIfFenced: () => {
        throw new Error('the lease is lost');
      },
    });
    await expect(actOnce(fenced, host.site, step(counted(0)))).rejects.toThrow('the lease is lost');
    expect(host.server.commands).toEqual([]);
  });

  it.each([
    ['a pid that is in use again', `${process.pid}\n${process.pid}\nBOOT\n1\n`],
    ['a boot that is over', `${process.pid}\n${process.pid}\nanother\n1\n`],
    ['no pid', ''],
  ])('that has neither a process nor a result was interrupted: %s', async (_name, start) => {
    const host = await setupStepHost();
    const directory = join(host.home, '.precede/steps/t-7-3-1.work');
    mkdirSync(directory, { recursive: true });
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    writeFileSync(join(directory, 'start'), start.replace('BOOT', boot));
    await expect(actOnce(contextOf('t-7-3-1'), host.site, step(counted(0)))).rejects.toMatchObject({
      code: 'COMMAND_INTERRUPTED',
    });
    expect(effectsOn(host)).toBe(0);
  });

  it('does not wait for what it leaves running, and keeps what that has said so far', async () => {
    const host = await setupStepHost();
    const context = contextOf('t-7-3-1');
    await actOnce(context, host.site, step(sh`echo started; sleep 20 & echo $! >daemon`));
    expect(outputOf(context)).toEqual(['started', '[output cut: something holds it open]']);
    const daemon = Number(readFileSync(join(host.home, 'daemon'), 'utf8'));
    await endSteps(contextOf('t-7-3-1'), host.site);
    expect(() => process.kill(daemon, 0)).not.toThrow();
    process.kill(daemon, 'SIGKILL');
  });
});

describe('what a command prints', () => {
  it('is kept from its beginning and its end, and costs this process no more than that', async () => {
    const host = await setupStepHost();
    const context = contextOf('t-7-3-1');
    const before = process.memoryUsage().rss;
    const flood = sh`echo first; i=0; while [ $i -lt 50 ]; do dd if=/dev/zero bs=1048576 count=1 2>/dev/null | tr '\\0' '\\n'; i=$((i + 1)); done; echo last`;
    await actOnce(context, host.site, step(flood));
    const out = readFileSync(join(host.home, '.precede/steps/t-7-3-1.work/out'));
    expect(out.length).toBeLessThan(1_048_576);
    expect(outputOf(context)).toEqual(['first', '[output cut: the middle of it is left out]', 'last']);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1_048_576);
  });

  it('is whole when it fits, however small the pieces it comes in', async () => {
    const host = await setupStepHost();
    const context = contextOf('t-7-3-1');
    await actOnce(context, host.site, step(sh`i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i + 1)); done`));
    expect(outputOf(context)).toEqual(Array.from({ length: 3_000 }, (_, at) => `line ${at}`));
  });
});

describe('a directory that a run has left behind', () => {
  it('goes with the next command once it has been over for a week', async () => {
    const host = await setupStepHost();
    const old = ['old-1-1-1.a', 'old-1-1-1.unfinished', 'new-1-1-1.a'];
    for (const name of old) mkdirSync(join(host.home, '.precede/steps', name), { recursive: true });
    const { stdout } = await host.host.exec(
      sh`cd .precede/steps; touch -t 202001010000 old-1-1-1.a/rc old-1-1-1.unfinished/start; touch new-1-1-1.a/rc; echo ok`,
    );
    expect(stdout).toBe('ok\n');
    await actOnce(contextOf('t-7-3-1'), host.site, step(counted(0)));
    expect(readdirSync(join(host.home, '.precede/steps')).sort()).toEqual([
      'new-1-1-1.a',
      'old-1-1-1.unfinished',
      't-7-3-1.work',
    ]);
  });
});
