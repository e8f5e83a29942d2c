import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { PrecedeError } from 'precede';
import { sh, type ShellCommand } from 'precede/oceanbase';
import { actOnce } from '../../../../src/oceanbase/steps/step-runner/act-once.ts';
import { endForwardSteps, endSteps } from '../../../../src/oceanbase/steps/step-runner/end-step.ts';
import { undoName } from '../../../../src/oceanbase/steps/step-runner/step-directory.ts';
import { isAlive } from '../../support/alive.ts';
import { endAll } from '../../support/cleanups.ts';
import { newHome } from '../../support/sshd-like.ts';
import { contextOf, setupStepHost, type StepHost } from './step-setup.ts';

afterEach(endAll);

function step(command: ShellCommand, facts: { name?: string; timeoutMs?: number; patienceMs?: number } = {}) {
  return { name: 'work', command, timeoutMs: 30_000, ...facts };
}

/** Writes the pid of a child of its own, which is what must have ended. */
const lasting = sh`sleep 60 & echo $! >child; wait`;

async function childOf({ home }: StepHost): Promise<number> {
  const file = join(home, 'child');
  for (let round = 0; round < 500; round += 1) {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (pid > 0) return pid;
    await delay(10);
  }
  throw new Error('the command was not started within 5 s');
}

function stepsOn({ home }: StepHost): readonly string[] {
  const directory = join(home, '.precede/steps');
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}

describe('a task that is given up', () => {
  it('ends its command on the host and says with which status', async () => {
    const host = await setupStepHost();
    const controller = new AbortController();
    const context = contextOf('t-7-3-1', { signal: controller.signal });
    const done = actOnce(context, host.site, step(lasting));
    const child = await childOf(host);
    controller.abort(new Error('cancelled'));
    await expect(done).rejects.toMatchObject({
      code: 'COMMAND_ENDED',
      message: 'A command on host 1 was given up and has ended with exit status 143.',
      details: { exitStatus: 143 },
    });
    expect(isAlive(child)).toBe(false);
    expect(stepsOn(host)).toEqual(['t-7-3-1.work']);
  });

  it('ends a command that is out of its own time', async () => {
    const host = await setupStepHost();
    const done = actOnce(contextOf('t-7-3-1'), host.site, step(lasting, { timeoutMs: 400 }));
    await expect(done).rejects.toMatchObject({ code: 'COMMAND_ENDED', details: { exitStatus: 143 } });
    expect(isAlive(await childOf(host))).toBe(false);
  });

  it('leaves a command alone for as long as it was told to', async () => {
    const host = await setupStepHost();
    const command = sh`sleep 0.6; echo done >child`;
    const done = actOnce(contextOf('t-7-3-1'), host.site, step(command, { timeoutMs: 200, patienceMs: 5_000 }));
    await expect(done).rejects.toMatchObject({ code: 'COMMAND_ENDED', details: { exitStatus: 0 } });
    expect(readFileSync(join(host.home, 'child'), 'utf8')).toBe('done\n');
  });

  it('kills a command that does not heed TERM', { timeout: 30_000 }, async () => {
    const host = await setupStepHost();
    const stubborn = sh`trap '' TERM; sleep 60 & echo $! >child; while :; do wait; done`;
    const done = actOnce(contextOf('t-7-3-1'), host.site, step(stubborn, { timeoutMs: 400 }));
    await expect(done).rejects.toMatchObject({ code: 'COMMAND_ENDED', details: { exitStatus: null } });
    expect(isAlive(await childOf(host))).toBe(false);
  });

  it('does not know what became of its command when the host cannot be reached any more', async () => {
    const host = await setupStepHost();
    const controller = new AbortController();
    const context = contextOf('t-7-3-1', { signal: controller.signal });
    const done = actOnce(context, host.site, step(lasting));
    const child = await childOf(host);
    await host.server.close();
    controller.abort(new Error('cancelled'));
    await expect(done).rejects.toMatchObject({ code: 'SSH_ABORTED', mayHaveRun: true });
    expect(isAlive(child)).toBe(true);
    process.kill(child, 'SIGKILL');
  });

  it("touches nothing when the run is another process's by then", async () => {
    const host = await setupStepHost();
    const controller = new AbortController();
    let isFenced = false;
    const throwIfFenced = async (): Promise<void> => {
      if (isFenced) throw new Error('the lease is lost');
    };
    const done = actOnce(contextOf('t-7-3-1', { signal: controller.signal, throwIfFenced }), host.site, step(lasting));
    const child = await childOf(host);
    isFenced = true;
    controller.abort(new Error('lost'));
    await expect(done).rejects.toThrow('the lease is lost');
    expect(isAlive(child)).toBe(true);
    await endSteps(contextOf('t-7-3-1'), host.site);
    expect(isAlive(child)).toBe(false);
  });
});

describe('the end of a task', () => {
  it('ends what still runs of all its attempts, and forgets them and no other task', async () => {
    const host = await setupStepHost();
    for (const token of ['t-7-3-1', 't-7-3-2', 't-7-33-1']) {
      await actOnce(contextOf(token), host.site, step(sh`:`));
    }
    const done = actOnce(contextOf('t-7-3-3'), host.site, step(lasting)).catch((error: unknown) => error);
    const child = await childOf(host);
    await endSteps(contextOf('t-7-3-3'), host.otherSite());
    expect(isAlive(child)).toBe(false);
    expect(stepsOn(host)).toEqual(['t-7-33-1.work']);
    expect(await done).toBeInstanceOf(PrecedeError);
    await endSteps(contextOf('t-7-33-1'), host.site);
    expect(existsSync(join(host.home, '.precede'))).toBe(false);
  });

  it('keeps what the undo has started, when it is the undo that asks', async () => {
    const host = await setupStepHost();
    await actOnce(contextOf('t-7-3-1'), host.site, step(sh`:`));
    await actOnce(contextOf('t-7-3-1'), host.site, step(sh`:`, { name: undoName('work') }));
    await endForwardSteps(contextOf('t-7-3-1'), host.site);
    expect(stepsOn(host)).toEqual(['t-7-3-1.undo-work']);
  });
});

/** A PATH with nothing but these programs. */
function pathOf(programs: readonly string[]): string {
  const directory = join(newHome(), 'bin');
  mkdirSync(directory);
  for (const program of programs) {
    const found = execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
    symlinkSync(found, join(directory, program));
  }
  return directory;
}

describe('a host with nothing but what POSIX asks for', () => {
  const posix = ['sh', 'cat', 'dd', 'find', 'ln', 'mkdir', 'mkfifo', 'mv', 'rm', 'rmdir', 'sed', 'sleep', 'tail', 'wc'];

  it('starts a command once, keeps it through a cut, and ends it', async () => {
    const host = await setupStepHost({ env: { PATH: pathOf(posix) } });
    const context = contextOf('t-7-3-1');
    const done = actOnce(context, host.site, step(sh`echo once >>effects; sleep 0.4; echo done`));
    await delay(150);
    for (const socket of host.server.sockets) socket.destroy();
    await done;
    expect(context.lines.at(-1)).toBe('done');
    expect(readFileSync(join(host.home, 'effects'), 'utf8')).toBe('once\n');
    const given = actOnce(contextOf('t-7-3-2'), host.site, step(lasting, { timeoutMs: 400 }));
    await expect(given).rejects.toMatchObject({ code: 'COMMAND_ENDED', details: { exitStatus: 143 } });
    expect(isAlive(await childOf(host))).toBe(false);
    await endSteps(contextOf('t-7-3-2'), host.site);
    expect(existsSync(join(host.home, '.precede'))).toBe(false);
  });
});
