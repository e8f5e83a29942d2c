import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/errors/index.ts';
import { serializeError } from '../../../src/errors/index.ts';
import type { HostSessionError } from '../../../src/oceanbase/host/host-session-error.ts';
import { runCommand } from '../../../src/oceanbase/host/run-command.ts';
import { sh } from '../../../src/oceanbase/host/shell-command.ts';
import { endAll } from '../support/cleanups.ts';
import { setupHost } from '../support/host-setup.ts';
import { rejection } from '../support/rejection.ts';
import { ecdsa, ed25519 } from '../support/ssh-server.ts';
import { startTcpServer } from '../support/tcp-server.ts';

afterEach(endAll);

describe('a host that cannot be reached', () => {
  it('is named when it refuses the connection', async () => {
    const { host } = await setupHost({}, {}, (address) => ({ ...address, port: 1 }));
    const error = await rejection(host.exec(sh`true`));
    expect(error).toMatchObject({ code: 'SSH_REFUSED', mayHaveRun: false });
    expect((error as HostSessionError).next).toContain('sshd');
  });

  it('is named when it shows another key than the pinned one', async () => {
    const { host, server } = await setupHost({}, {}, (address) => ({ ...address, hostKey: ed25519().public }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH', mayHaveRun: false });
    expect(server.commands).toEqual([]);
  });

  it('is named when it has no key of the pinned kind at all', async () => {
    const pinned = ecdsa();
    const { host } = await setupHost({}, {}, (address) => ({ ...address, hostKey: pinned.public }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH', mayHaveRun: false });
  });

  it('is named when its key changed between two connections', async () => {
    const first = await setupHost();
    await runCommand(first.host, sh`true`);
    for (const socket of first.server.sockets) socket.destroy();
    const { server: impostor } = await setupHost({ hostKey: ed25519() });
    first.place.port = impostor.address.port;
    await expect
      .poll(() => rejection(first.host.exec(sh`true`)), { timeout: 5_000 })
      .toMatchObject({ code: 'SSH_HOST_KEY_MISMATCH' });
    expect(impostor.commands).toEqual([]);
  });

  it('is named when it does not accept the key', async () => {
    const { host } = await setupHost({}, {}, (address) => ({ ...address, privateKey: ed25519().private }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_AUTHENTICATION', mayHaveRun: false });
  });

  it('is named when our key is broken, without a word of the key', async () => {
    const { host } = await setupHost({}, {}, (address) => ({ ...address, privateKey: 'canary-not-a-key' }));
    const error = await rejection(host.exec(sh`true`));
    expect(error).toMatchObject({ code: 'SSH_AUTHENTICATION', mayHaveRun: false });
    expect(inspect(error, { depth: 10 })).not.toContain('canary');
  });

  it('is named when it accepts the connection and says nothing', async () => {
    const silent = await startTcpServer(() => {});
    const { host } = await setupHost({}, { connectTimeoutMs: 150 }, (address) => ({ ...address, port: silent }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_SILENT', mayHaveRun: false });
  });

  it('is named when something else answers on its port', async () => {
    const other = await startTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { host } = await setupHost({}, {}, (address) => ({ ...address, port: other }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_HANDSHAKE', mayHaveRun: false });
  });

  it('is named when its name cannot be resolved', async () => {
    const { host } = await setupHost({}, {}, (address) => ({ ...address, host: 'nowhere.invalid' }));
    expect(await rejection(host.exec(sh`true`))).toMatchObject({ code: 'SSH_UNREACHABLE', mayHaveRun: false });
  });

  it('is refused when its inventory has no usable host key', async () => {
    const { host } = await setupHost({}, {}, (address) => ({ ...address, hostKey: '' }));
    const error = await rejection(host.exec(sh`true`));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'HOST_KEY_UNREADABLE' });
  });

  it('is lost when it stops answering, within three keepalives', async () => {
    const { host } = await setupHost(
      { onCommand: (_command, _channel, { socket }) => void socket.pause() },
      { keepaliveIntervalMs: 20 },
    );
    const error = await rejection(host.exec(sh`true`, { timeoutMs: 10_000 }));
    expect(error).toMatchObject({ code: 'SSH_OUTCOME_UNKNOWN', mayHaveRun: true });
    expect((error as Error).message).toContain('Keepalive timeout');
  });
});

describe('the private key', () => {
  it('appears neither in errors nor in what our objects show', async () => {
    const { connections, host, server } = await setupHost({}, {}, (address) => ({ ...address, port: 1 }));
    const error = await rejection(host.exec(sh`true`));
    const seen = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(serializeError(error))];
    seen.push(inspect(connections, { depth: 20, showHidden: true }), inspect(host, { depth: 20, showHidden: true }));
    const key = 'privateKey' in server.address ? String(server.address.privateKey).split('\n')[2] : undefined;
    expect(key).toMatch(/.{30}/);
    for (const text of seen) expect(text).not.toContain(key);
  });
});
