import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/errors/refused-error.ts';
import { serializeError } from '../../../src/errors/serialized-error.ts';
import { CommandFailedError } from '../../../src/oceanbase/host/command-failed-error.ts';
import { createHostConnections } from '../../../src/oceanbase/host/host-connections.ts';
import type { HostConnectionsOptions } from '../../../src/oceanbase/host/host-connections.ts';
import type { HostAddress } from '../../../src/oceanbase/host/host-address.ts';
import type { HostSession } from '../../../src/oceanbase/host/host-session.ts';
import { HostSessionError, isHostConnectionError } from '../../../src/oceanbase/host/host-session-error.ts';
import { run } from '../../../src/oceanbase/host/run.ts';
import { sh } from '../../../src/oceanbase/host/shell-command.ts';
import { ecdsa, ed25519, startSshServer } from '../support/ssh-server.ts';
import type { SshFixture, SshFixtureOptions } from '../support/ssh-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('a command on a host', () => {
  it('answers with its exit status, output and duration', async () => {
    const { host } = await setup();
    const result = await host.exec(sh`printf 'hello\n'; printf 'oops' >&2; exit 7`);
    expect(result).toMatchObject({ exitStatus: 7, stdout: 'hello\n', stderr: 'oops', truncated: false });
    expect(result.durationMs).toBeGreaterThan(0);
  });

  it('reads its stdin to the end, 1 MiB of it, and nothing when none is given', async () => {
    const { host } = await setup();
    expect((await host.exec(sh`wc -c`, { stdin: Buffer.alloc(1_048_576, 'x') })).stdout.trim()).toBe('1048576');
    expect((await host.exec(sh`wc -c`)).stdout.trim()).toBe('0');
  });

  it('fails by name when it has to succeed and does not', async () => {
    const { host } = await setup();
    expect((await run(host, sh`true`)).exitStatus).toBe(0);
    const error = await rejection(run(host, sh`seq 1 30; echo disk full >&2; exit 3 # ${'x'.repeat(5_000)}`));
    expect(error).toBeInstanceOf(CommandFailedError);
    expect(error).toMatchObject({ code: 'SSH_COMMAND_FAILED', exitStatus: 3, hostId: 1 });
    const details = (error as CommandFailedError).details;
    expect(details['lastLines']).toHaveLength(20);
    expect((details['lastLines'] as string[]).at(-1)).toBe('disk full');
    expect(String(details['command']).length).toBeLessThanOrEqual(2_001);
    expect((error as Error).message).toContain('disk full');
  });

  it('keeps one connection for many commands and loses nothing after a thousand', async () => {
    const { host, server } = await setup({ onCommand: (_command, channel) => exitWith(channel, 0) });
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
    const { host } = await setup();
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
    const { stdout } = await run(host, sh`for word in ${values}; do printf '%s\n--\n' "$word"; done`);
    expect(stdout).toBe(values.map((value) => `${value}\n--\n`).join(''));
  });
});

describe('success', () => {
  it('is never read from a connection that dies mid-command', async () => {
    const { host } = await setup({
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
    const { host } = await setup({ onCommand: (_command, channel) => channel.end() });
    expect(await rejection(host.exec(sh`install`))).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
  });

  it('is never read from a command ended by a signal', async () => {
    const { host } = await setup();
    const error = await rejection(host.exec(sh`kill -9 $$`));
    expect(error).toMatchObject({ code: 'SSH_COMMAND_KILLED', mayHaveRun: true });
    expect((error as HostSessionError).details).toMatchObject({ signal: 'SIGKILL' });
    expect(isHostConnectionError(error)).toBe(false);
  });

  it('is known from the exit status even when the connection dies right after it; the output is marked', async () => {
    const { host } = await setup({
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
    const { host } = await setup({ onCommand: (_command, channel) => channel.exit(0) }, { drainMs: 20 });
    expect(await host.exec(sh`start`)).toMatchObject({ exitStatus: 0, truncated: true });
  });

  it('is not known when the host refuses the command after the channel was opened', async () => {
    const { host } = await setup({ refuseExec: true });
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
  });
});

describe('giving up', () => {
  it('ends a command at its deadline, sends TERM and says that it may run on', async () => {
    const { host, server } = await setup({ onCommand: () => {} });
    const error = await rejection(host.exec(sh`forever`, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'SSH_TIMEOUT', mayHaveRun: true });
    expect((error as Error).message).toContain('within 50 ms');
    expect((error as Error).message).toContain('may have left it running');
    await expect.poll(() => [server.signals, server.channelsOpen()]).toEqual([['TERM'], 0]);
  });

  it('ends a command when its caller aborts, and the connection serves on', async () => {
    const controller = new AbortController();
    const { host, server } = await setup({
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
    const { host, server } = await setup();
    const error = await rejection(host.exec(sh`true`, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'SSH_ABORTED', mayHaveRun: false });
    expect(server.commands).toEqual([]);
  });

  it('refuses a deadline that a timer cannot keep', async () => {
    const { host, server } = await setup();
    for (const timeoutMs of [0, -1, Number.NaN, Infinity, 2 ** 31]) {
      expect(await rejection(host.exec(sh`true`, { timeoutMs }))).toMatchObject({ code: 'TIMEOUT_OUT_OF_RANGE' });
    }
    expect(server.commands).toEqual([]);
  });
});

describe('a host that cannot be reached', () => {
  it('is named when it refuses the connection', async () => {
    const { host } = await setup({}, {}, (address) => ({ ...address, port: 1 }));
    const error = await rejection(host.exec(sh`true`));
    expect(error).toMatchObject({ code: 'SSH_REFUSED', mayHaveRun: false });
    expect((error as HostSessionError).next).toContain('sshd');
  });

  it('is named when it shows another key than the pinned one', async () => {
    const { host, server } = await setup({}, {}, (address) => ({ ...address, hostKey: ed25519().public }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH', mayHaveRun: false });
    expect(server.commands).toEqual([]);
  });

  it('is named when it has no key of the pinned kind at all', async () => {
    const pinned = ecdsa();
    const { host } = await setup({}, {}, (address) => ({ ...address, hostKey: pinned.public }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH', mayHaveRun: false });
  });

  it('is named when its key changed between two connections', async () => {
    const first = await setup();
    await run(first.host, sh`true`);
    for (const socket of first.server.sockets) socket.destroy();
    const { server: impostor } = await setup({ hostKey: ed25519() });
    first.place.port = impostor.address.port;
    await expect.poll(() => rejection(first.host.exec(sh`true`))).toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH' });
    expect(impostor.commands).toEqual([]);
  });

  it('is named when it does not accept the key', async () => {
    const { host } = await setup({}, {}, (address) => ({ ...address, privateKey: ed25519().private }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_AUTHENTICATION', mayHaveRun: false });
  });

  it('is named when our key is broken, without a word of the key', async () => {
    const { host } = await setup({}, {}, (address) => ({ ...address, privateKey: 'canary-not-a-key' }));
    const error = await rejection(host.exec(sh`true`));
    expect(error).toMatchObject({ code: 'SSH_AUTHENTICATION', mayHaveRun: false });
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  it('is named when it accepts the connection and says nothing', async () => {
    const silent = await startTcpServer(() => {});
    const { host } = await setup({}, { connectTimeoutMs: 60 }, (address) => ({ ...address, port: silent }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_SILENT', mayHaveRun: false });
  });

  it('is named when something else answers on its port', async () => {
    const other = await startTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { host } = await setup({}, {}, (address) => ({ ...address, port: other }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_HANDSHAKE', mayHaveRun: false });
  });

  it('is named when its name cannot be resolved', async () => {
    const { host } = await setup({}, {}, (address) => ({ ...address, host: 'nowhere.invalid' }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_UNREACHABLE', mayHaveRun: false });
  });

  it('is refused when its inventory has no usable host key', async () => {
    const { host } = await setup({}, {}, (address) => ({ ...address, hostKey: '' }));
    const error = await rejection(host.exec(sh`true`));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'HOST_KEY_UNREADABLE' });
  });

  it('is lost when it stops answering, within three keepalives', async () => {
    const { host } = await setup(
      { onCommand: (_command, _channel, { socket }) => void socket.pause() },
      { keepaliveIntervalMs: 20 },
    );
    const error = await rejection(host.exec(sh`true`, { timeoutMs: 10_000 }));
    expect(error).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
    expect((error as Error).message).toContain('Keepalive timeout');
  });
});

describe('channels', () => {
  it('are never more at once than allowed; other commands wait', async () => {
    const { host, server } = await setup({}, { channelsMax: 2 });
    const results = await Promise.all(Array.from({ length: 6 }, (_, index) => host.exec(sh`echo ${index}`)));
    expect(results.map((result) => result.stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(server.channelsOpenMax()).toBeLessThanOrEqual(2);
  });

  it('that the host refuses are asked for again', async () => {
    const { host, server } = await setup({ channelsMax: 2 });
    const results = await Promise.all(Array.from({ length: 6 }, () => host.exec(sh`true`)));
    expect(results.every((result) => result.exitStatus === 0)).toBe(true);
    expect(server.commands).toHaveLength(6);
  });

  it('that the host never grants end in an error of their own', async () => {
    const { host } = await setup({ channelsMax: 0 });
    const error = await rejection(host.exec(sh`true`, { timeoutMs: 150 }));
    expect(error).toMatchObject({ code: 'SSH_CHANNELS_EXHAUSTED', mayHaveRun: false });
  });
});

describe('a kept connection', () => {
  it('is opened anew after it was lost', async () => {
    const { host, server } = await setup();
    await run(host, sh`true`);
    for (const socket of server.sockets) socket.destroy();
    await expect.poll(() => server.sockets.size).toBe(0);
    await run(host, sh`true`);
    expect(server.connectionsSeen()).toBe(2);
  });

  it('is closed when idle', async () => {
    const { host, server } = await setup({}, { idleMs: 20 });
    await run(host, sh`true`);
    await expect.poll(() => server.sockets.size).toBe(0);
    await run(host, sh`true`);
    expect(server.connectionsSeen()).toBe(2);
  });

  it('is shared by sessions, and closing refuses further commands, safe twice', async () => {
    const { connections, host, server } = await setup();
    const second = connections.session(1);
    await Promise.all([run(host, sh`true`), run(second, sh`true`)]);
    expect(server.connectionsSeen()).toBe(1);
    await second.close();
    await second.close();
    expect(await rejection(second.exec(sh`true`))).toMatchObject({ code: 'HOST_SESSION_CLOSED' });
    await run(host, sh`true`);
    await connections.close();
    await connections.close();
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'HOST_SESSION_CLOSED' });
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('leaves a command under way with an unknown outcome when it is closed', async () => {
    const started = Promise.withResolvers<undefined>();
    const { connections, host } = await setup({ onCommand: () => started.resolve(undefined) });
    const ended = rejection(host.exec(sh`forever`));
    await started.promise;
    await connections.close();
    expect(await ended).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
  });
});

describe('output', () => {
  it('is cut at the limit with a marker while the command runs to its end', async () => {
    const { host } = await setup();
    const lines: string[] = [];
    const command = sh`head -c 5242880 /dev/zero | tr '\\0' x; printf done >&2`;
    const result = await host.exec(command, { outputBytesMax: 1_000, onOutput: (line) => lines.push(line) });
    expect(result).toMatchObject({ exitStatus: 0, truncated: true, stderr: 'done' });
    expect(result.stdout).toBe(`${'x'.repeat(1_000)}\n[output cut: 5241880 bytes more]\n`);
    expect(lines).toContain('[output cut: more than 1000 bytes]');
  });

  it('that is not UTF-8 shows where, and a character split between packets is whole', async () => {
    const { host } = await setup({
      onCommand: (_command, channel) => {
        const euro = Buffer.from('€');
        channel.write(euro.subarray(0, 1), () =>
          channel.write(Buffer.concat([euro.subarray(1), Buffer.from([0xff, 0x0a])]), () => exitWith(channel, 0)),
        );
      },
    });
    const lines: string[] = [];
    const result = await host.exec(sh`print`, { onOutput: (line, stream) => lines.push(`${stream}:${line}`) });
    expect(result.stdout).toBe('€\uFFFD\n');
    expect(lines).toEqual(['stdout:€\uFFFD']);
  });

  it('comes line by line, also a last one without a newline, long ones cut', async () => {
    const { host } = await setup();
    const lines: string[] = [];
    await host.exec(sh`printf 'a\nb\n\nlast'; head -c 20000 /dev/zero | tr '\\0' y >&2`, {
      onOutput: (line, stream) => lines.push(`${stream}:${line}`),
    });
    const ofStdout = lines.filter((line) => line.startsWith('stdout:'));
    expect(ofStdout).toEqual(['stdout:a', 'stdout:b', 'stdout:', 'stdout:last']);
    expect(lines.filter((line) => line.startsWith('stderr:'))).toEqual([`stderr:${'y'.repeat(8_192)}… [line cut]`]);
  });

  it('reaches a listener that throws once, as a warning, and the command goes on', async () => {
    const { host } = await setup();
    let calls = 0;
    const warned = once(process, 'warning');
    const onOutput = (): void => {
      calls += 1;
      throw new Error('listener broke');
    };
    const result = await host.exec(sh`echo one; echo two`, { onOutput });
    expect(result).toMatchObject({ exitStatus: 0, stdout: 'one\ntwo\n' });
    expect(calls).toBe(1);
    expect(String(await warned)).toContain('listener broke');
  });
});

describe('the private key', () => {
  it('appears neither in errors nor in what our objects show', async () => {
    const { connections, host, server } = await setup({}, {}, (address) => ({ ...address, port: 1 }));
    const error = await rejection(host.exec(sh`true`));
    const seen = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(serializeError(error))];
    seen.push(inspect(connections, { depth: 20, showHidden: true }), inspect(host, { depth: 20, showHidden: true }));
    const key = 'privateKey' in server.address ? String(server.address.privateKey).split('\n')[2] : undefined;
    expect(key).toMatch(/.{30}/);
    for (const text of seen) expect(text).not.toContain(key);
  });
});

interface Place {
  port: number;
}

async function setup(
  serverOptions: SshFixtureOptions = {},
  options: Partial<HostConnectionsOptions> = {},
  change: (address: HostAddress) => HostAddress = (address) => address,
): Promise<{
  server: SshFixture;
  connections: ReturnType<typeof createHostConnections>;
  host: HostSession;
  place: Place;
}> {
  const server = await startSshServer(serverOptions);
  const address = change(server.address);
  const place: Place = { port: address.port };
  const connections = createHostConnections({ hosts: async () => ({ ...address, ...place }), ...options });
  cleanups.push(
    () => server.close(),
    () => connections.close(),
  );
  return { server, connections, host: connections.session(1), place };
}

function exitWith(channel: { exit(status: number): void; end(): void }, status: number): void {
  channel.exit(status);
  channel.end();
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.unreachable(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

async function startTcpServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
