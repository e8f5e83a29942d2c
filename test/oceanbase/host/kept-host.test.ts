import { afterEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/oceanbase/host/run-command.ts';
import { sh } from '../../../src/oceanbase/host/shell-command.ts';
import { endAll } from '../support/cleanups.ts';
import { setupHost } from '../support/host-setup.ts';
import { rejection } from '../support/rejection.ts';

afterEach(endAll);

describe('channels', () => {
  it('are never more at once than allowed; other commands wait', async () => {
    const { host, server } = await setupHost({}, { channelsMax: 2 });
    const results = await Promise.all(Array.from({ length: 6 }, (_, index) => host.exec(sh`echo ${index}`)));
    expect(results.map((result) => result.stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(server.channelsOpenMax()).toBeLessThanOrEqual(2);
  });

  it('that the host refuses are asked for again', async () => {
    const { host, server } = await setupHost({ channelsMax: 2 });
    const results = await Promise.all(Array.from({ length: 6 }, () => host.exec(sh`true`)));
    expect(results.every((result) => result.exitStatus === 0)).toBe(true);
    expect(server.commands).toHaveLength(6);
  });

  it('that the host never grants end in an error of their own', async () => {
    const { host } = await setupHost({ channelsMax: 0 });
    const error = await rejection(host.exec(sh`true`, { timeoutMs: 150 }));
    expect(error).toMatchObject({ code: 'SSH_CHANNELS_EXHAUSTED', mayHaveRun: false });
  });
});

describe('a kept connection', () => {
  it('is opened anew after it was lost', async () => {
    const { host, server } = await setupHost();
    await runCommand(host, sh`true`);
    for (const socket of server.sockets) socket.destroy();
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
    await runCommand(host, sh`true`);
    expect(server.connectionsSeen()).toBe(2);
  });

  it('that turns out to be dead before a command is sent is replaced, and the command is sent once', async () => {
    const { host, server } = await setupHost({
      cutsOpening: ({ commands, connections }) => commands === 1 && connections === 1,
    });
    await runCommand(host, sh`true`);
    await runCommand(host, sh`echo once`);
    expect(server.commands).toEqual(['true', 'echo once']);
    expect(server.connectionsSeen()).toBe(2);
  });

  it('that dies again before a command is sent ends the call, which says that nothing ran', async () => {
    const { host, server } = await setupHost({ cutsOpening: () => true });
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_CONNECTION_LOST', mayHaveRun: false });
    expect(server.commands).toEqual([]);
    expect(server.connectionsSeen()).toBe(2);
  });

  it('is closed when idle', async () => {
    const { host, server } = await setupHost({}, { idleMs: 20 });
    await runCommand(host, sh`true`);
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
    await runCommand(host, sh`true`);
    expect(server.connectionsSeen()).toBe(2);
  });

  it('is shared by sessions, and closing refuses further commands, safe twice', async () => {
    const { connections, host, server } = await setupHost();
    const second = connections.session(1);
    await Promise.all([runCommand(host, sh`true`), runCommand(second, sh`true`)]);
    expect(server.connectionsSeen()).toBe(1);
    await second.close();
    await second.close();
    expect(await rejection(second.exec(sh`true`))).toMatchObject({ code: 'HOST_SESSION_CLOSED' });
    await runCommand(host, sh`true`);
    await connections.close();
    await connections.close();
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'HOST_SESSION_CLOSED' });
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
  });

  it('leaves a command under way with an unknown outcome when it is closed', async () => {
    const started = Promise.withResolvers<undefined>();
    const { connections, host } = await setupHost({ onCommand: () => started.resolve(undefined) });
    const ended = rejection(host.exec(sh`forever`));
    await started.promise;
    await connections.close();
    expect(await ended).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
  });
});
