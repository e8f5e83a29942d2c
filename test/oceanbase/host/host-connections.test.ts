import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { CommandFailedError } from '../../../src/oceanbase/host/command-failed-error.ts';
import { isHostConnectionError } from '../../../src/oceanbase/host/host-session-error.ts';
import type { HostSessionError } from '../../../src/oceanbase/host/host-session-error.ts';
import { runCommand } from '../../../src/oceanbase/host/run-command.ts';
import { sh } from '../../../src/oceanbase/host/shell-command.ts';
import { endAll } from '../support/cleanups.ts';
import { exitWith, setupHost } from '../support/host-setup.ts';
import { rejection } from '../support/rejection.ts';

afterEach(endAll);

describe('a command on a host', () => {
  it('answers with its exit status, output and duration', async () => {
    const { host } = await setupHost();
    const result = await host.exec(sh`printf 'hello\n'; printf 'oops' >&2; exit 7`);
    expect(result).toMatchObject({ exitStatus: 7, stdout: 'hello\n', stderr: 'oops', truncated: false });
    expect(result.durationMs).toBeGreaterThan(0);
  });

  it('reads its stdin to the end, 1 MiB of it, and nothing when none is given', async () => {
    const { host } = await setupHost();
    expect((await host.exec(sh`wc -c`, { stdin: Buffer.alloc(1_048_576, 'x') })).stdout.trim()).toBe('1048576');
    expect((await host.exec(sh`wc -c`)).stdout.trim()).toBe('0');
  });

  it('fails by name when it has to succeed and does not', async () => {
    const { host } = await setupHost();
    expect((await runCommand(host, sh`true`)).exitStatus).toBe(0);
    const error = await rejection(runCommand(host, sh`seq 1 30; echo disk full >&2; exit 3 # ${'x'.repeat(5_000)}`));
    expect(error).toBeInstanceOf(CommandFailedError);
    expect(error).toMatchObject({ code: 'SSH_COMMAND_FAILED', exitStatus: 3, hostId: 1 });
    const details = (error as CommandFailedError).details;
    expect(details['lastLines']).toHaveLength(20);
    expect((details['lastLines'] as string[]).at(-1)).toBe('disk full');
    expect((details['command'] as string).length).toBeLessThanOrEqual(2_001);
    expect((error as Error).message).toContain('disk full');
  });

  it('keeps one connection for many commands and loses nothing after a thousand', async () => {
    const { host, server } = await setupHost({ onCommand: (_command, channel) => exitWith(channel, 0) });
    const controller = new AbortController();
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(Array.from({ length: 50 }, () => host.exec(sh`true`, { signal: controller.signal })));
    }
    expect(server.commands).toHaveLength(1_000);
    expect(server.connectionsSeen()).toBe(1);
    expect(server.channelsOpenMax()).toBeLessThanOrEqual(8);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('gets every random argument as it was given', async () => {
    const { host } = await setupHost();
    const values = [
      "it's",
      '$(touch canary)',
      '`id`',
      'a\nb',
      '-n',
      '*',
      '\\',
      '"',
      '',
      'ü€😀',
      '~',
      '#x',
      'a;b',
      '!!',
    ];
    const { stdout } = await runCommand(host, sh`for word in ${values}; do printf '%s\n--\n' "$word"; done`);
    expect(stdout).toBe(values.map((value) => `${value}\n--\n`).join(''));
  });
});

describe('success', () => {
  it('is never read from a connection that dies mid-command', async () => {
    const { host } = await setupHost({
      onCommand: (_command, channel, { socket }) => {
        channel.write('working\n', () => socket.destroy());
      },
    });
    const error = await rejection(host.exec(sh`install`));
    expect(error).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true, hostId: 1 });
    expect((error as HostSessionError).details).toMatchObject({ command: 'install', lastLines: ['working'] });
    expect(isHostConnectionError(error)).toBe(true);
  });

  it('is never read from a channel that closes without an exit status', async () => {
    const { host } = await setupHost({ onCommand: (_command, channel) => channel.end() });
    expect(await rejection(host.exec(sh`install`))).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
  });

  it('is never read from a command ended by a signal', async () => {
    const { host } = await setupHost();
    const error = await rejection(host.exec(sh`kill -9 $$`));
    expect(error).toMatchObject({ code: 'SSH_COMMAND_KILLED', mayHaveRun: true });
    expect((error as HostSessionError).details).toMatchObject({ signal: 'SIGKILL' });
    expect(isHostConnectionError(error)).toBe(false);
  });

  it('is known from the exit status even when the connection dies right after it; the output is marked', async () => {
    const { host } = await setupHost({
      onCommand: (_command, channel, { socket }) => {
        channel.exit(0);
        channel.write('part', () => socket.destroy());
      },
    });
    const result = await host.exec(sh`list`);
    expect(result).toMatchObject({ exitStatus: 0, truncated: true });
    expect(result.stdout).toMatch(/^part\n\[output cut: the connection ended early\]\n$/);
  });

  it('does not wait for a process that holds the output open after the exit status', async () => {
    const { host } = await setupHost({ onCommand: (_command, channel) => channel.exit(0) }, { drainMs: 20 });
    expect(await host.exec(sh`start`)).toMatchObject({ exitStatus: 0, truncated: true });
  });

  it('is not known when the host refuses the command after the channel was opened', async () => {
    const { host } = await setupHost({ refuseExec: true });
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
  });
});

describe('giving up', () => {
  it('ends a command at its deadline, sends TERM and says that it may run on', async () => {
    const { host, server } = await setupHost({ onCommand: () => {} });
    const error = await rejection(host.exec(sh`forever`, { timeoutMs: 400 }));
    expect(error).toMatchObject({ code: 'SSH_TIMEOUT', mayHaveRun: true });
    expect((error as Error).message).toContain('within 400 ms');
    expect((error as Error).message).toContain('may have left it running');
    await expect.poll(() => [server.signals, server.channelsOpen()], { timeout: 5_000 }).toEqual([['TERM'], 0]);
  });

  it('ends a command when its caller aborts, and the connection serves on', async () => {
    const controller = new AbortController();
    const { host, server } = await setupHost({
      onCommand: (command, channel) => {
        if (command === 'true') exitWith(channel, 0);
        else controller.abort();
      },
    });
    const error = await rejection(host.exec(sh`forever`, { signal: controller.signal }));
    expect(error).toMatchObject({ code: 'SSH_ABORTED', mayHaveRun: true });
    expect((await host.exec(sh`true`)).exitStatus).toBe(0);
    expect(server.connectionsSeen()).toBe(1);
  });

  it('sends nothing for a caller who gave up before', async () => {
    const { host, server } = await setupHost();
    const error = await rejection(host.exec(sh`true`, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'SSH_ABORTED', mayHaveRun: false });
    expect(server.commands).toEqual([]);
  });

  it('refuses a deadline that a timer cannot keep', async () => {
    const { host, server } = await setupHost();
    for (const timeoutMs of [0, -1, Number.NaN, Infinity, 2 ** 31]) {
      expect(await rejection(host.exec(sh`true`, { timeoutMs }))).toMatchObject({ code: 'TIMEOUT_OUT_OF_RANGE' });
    }
    expect(server.commands).toEqual([]);
  });
});
