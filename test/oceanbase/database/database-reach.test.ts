import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { serializeError } from '../../../src/errors/index.ts';
import type { DatabaseSession } from '../../../src/oceanbase/database/database-session.ts';
import { isConnectionError } from '../../../src/oceanbase/database/database-error.ts';
import { dialect4x as sql } from '../../../src/oceanbase/database/dialect-4x.ts';
import { endAll } from '../support/cleanups.ts';
import { place, pong, sessionOn, setupDatabase, startDatabase } from '../support/database-setup.ts';
import { rejection } from '../support/rejection.ts';
import { startTcpServer } from '../support/tcp-server.ts';

afterEach(endAll);

describe('a database that cannot be reached', () => {
  it('is named when it refuses the connection', async () => {
    const session = sessionOn([place(1)]);
    const error = await rejection(session.query(sql.ping()));
    expect(error).toMatchObject({ code: 'DB_REFUSED', mayHaveRun: false });
    expect(isConnectionError(error)).toBe(true);
  });

  it('is named when it does not accept the password, without a word of it', async () => {
    const server = await startDatabase(pong);
    const session = sessionOn([{ ...server.address, password: 'canary-wrong' }]);
    const error = await rejection(session.query(sql.ping()));
    expect(error).toMatchObject({ code: 'DB_ACCESS_DENIED', mayHaveRun: false });
    expect(isConnectionError(error)).toBe(false);
    expect(shown(error, session)).not.toContain('canary');
  });

  it('is named when it accepts the connection and says nothing', async () => {
    const session = sessionOn([place(await startTcpServer(() => {}))], { connectTimeoutMs: 150 });
    const error = await rejection(session.query(sql.ping()));
    expect(error).toMatchObject({ code: 'DB_UNREACHABLE', mayHaveRun: false });
    expect((error as Error).message).toContain('did not let us in');
  });

  it('is named when its name cannot be resolved', async () => {
    const session = sessionOn([{ ...place(2881), host: 'nowhere.invalid' }]);
    expect(await rejection(session.query(sql.ping()))).toMatchObject({ code: 'DB_UNREACHABLE' });
  });

  it('is named when the connection is closed before login', async () => {
    const session = sessionOn([place(await startTcpServer((socket) => socket.destroy()))]);
    expect(await rejection(session.query(sql.ping()))).toMatchObject({ code: 'DB_CONNECTION_LOST', mayHaveRun: false });
  });

  it('is named when something else answers on its port', async () => {
    const port = await startTcpServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'.repeat(300_000)));
    const session = sessionOn([place(port)], { connectTimeoutMs: 500 });
    const error = await rejection(session.query(sql.ping()));
    expect(isConnectionError(error)).toBe(true);
    expect(error).toMatchObject({ mayHaveRun: false });
  });

  it('is named when its cluster has no address', async () => {
    expect(await rejection(sessionOn([]).query(sql.ping()))).toMatchObject({ code: 'DB_UNREACHABLE' });
  });
});

describe('several addresses', () => {
  it('are tried in order; the one that answers stays the first choice', async () => {
    const server = await startDatabase(pong);
    const silent = await startTcpServer(() => {});
    const session = sessionOn([place(1), place(silent), server.address], { connectTimeoutMs: 400 });
    await session.query(sql.ping());
    for (const socket of server.sockets) socket.destroy();
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
    await session.query(sql.ping());
    expect(server.connectionsSeen()).toBe(2);
  });

  it('leave time for the last of them, however silent the others are', async () => {
    const server = await startDatabase(pong);
    const silent = await startTcpServer(() => {});
    const session = sessionOn([place(silent), server.address]);
    await session.query(sql.ping(), { timeoutMs: 1_500 });
    expect(server.statements).toHaveLength(1);
  });

  it('that all fail are all named', async () => {
    const session = sessionOn([place(1), place(2)]);
    const error = await rejection(session.query(sql.ping()));
    expect(error).toMatchObject({ code: 'DB_REFUSED', mayHaveRun: false });
    expect((error as Error).message).toMatch(/None of 2 .*127\.0\.0\.1:1 .*127\.0\.0\.1:2 /);
  });

  it('take over after one froze mid-statement', async () => {
    const frozen = await startDatabase(() => {});
    const healthy = await startDatabase(pong);
    const session = sessionOn([frozen.address, healthy.address]);
    expect(await rejection(session.query(sql.ping(), { timeoutMs: 400 }))).toMatchObject({ code: 'DB_TIMEOUT' });
    await session.query(sql.ping());
    expect(healthy.statements).toHaveLength(1);
  });
});

describe('the password', () => {
  it('appears neither in errors nor in what our objects show', async () => {
    const { session, server } = await setupDatabase((_statement, connection) => connection.socket.destroy());
    const error = await rejection(session.query(sql.ping()));
    expect(server.address.password).toContain('canary');
    expect(shown(error, session)).not.toContain('canary');
  });
});

function shown(error: unknown, session: DatabaseSession): string {
  const options = { depth: 20, showHidden: true };
  return inspect(error, options) + JSON.stringify(serializeError(error)) + inspect(session, options);
}
