import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabaseConnections } from '../../../src/oceanbase/database/database-connections.ts';
import { isConnectionError } from '../../../src/oceanbase/database/database-error.ts';
import type { DatabaseError } from '../../../src/oceanbase/database/database-error.ts';
import { dialect4x as sql } from '../../../src/oceanbase/database/dialect-4x.ts';
import type { SqlStatement } from '../../../src/oceanbase/database/sql-statement.ts';
import { atEnd, endAll } from '../support/cleanups.ts';
import { pong, setupDatabase, startDatabase } from '../support/database-setup.ts';
import type { FixtureConnection } from '../support/mysql-server.ts';
import { rejection } from '../support/rejection.ts';

afterEach(endAll);

describe('a statement', () => {
  it('answers with its rows as text, NULL as null', async () => {
    const { session, server } = await setupDatabase((_statement, connection) =>
      connection.rows(
        ['ID', 'NAME'],
        [
          ['9007199254740993', 'é'],
          ['2', null],
        ],
      ),
    );
    const rows = await session.query(sql.servers());
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { ID: '9007199254740993', NAME: 'é' },
      { ID: '2', NAME: null },
    ]);
    expect(server.statements).toEqual([sql.servers().text]);
  });

  it('without rows answers with how many it touched', async () => {
    const { session } = await setupDatabase((_statement, connection) => connection.ok());
    const add = sql.addServer({ ip: '10.0.0.5', rpcPort: 2882, zone: 'zone1' });
    expect(await session.execute(add)).toEqual({ affectedRows: 0 });
  });

  it('that the database refuses keeps its error number, and the connection serves on', async () => {
    const { session, server } = await setupDatabase((statement, connection) => {
      if (statement.startsWith('SELECT')) connection.rows(['1'], [['1']]);
      else connection.error(4668, 'add non-empty server not allowed');
    });
    const add = sql.addServer({ ip: '10.0.0.5', rpcPort: 2882, zone: 'zone1' });
    const error = await rejection(session.execute(add));
    expect(error).toMatchObject({ code: 'DB_STATEMENT_FAILED', errno: 4668, mayHaveRun: false });
    expect((error as DatabaseError).details).toMatchObject({
      serverMessage: 'add non-empty server not allowed',
      statement: "ALTER SYSTEM ADD SERVER '10.0.0.5:2882' ZONE 'zone1'",
    });
    expect(isConnectionError(error)).toBe(false);
    await session.query(sql.ping());
    expect(server.connectionsSeen()).toBe(1);
  });

  it('that the database gave up on may have run', async () => {
    const { session } = await setupDatabase((_statement, connection) => connection.error(4012, 'Timeout'));
    const add = sql.addServer({ ip: '10.0.0.5', rpcPort: 2882, zone: 'zone1' });
    expect(await rejection(session.execute(add))).toMatchObject({ code: 'DB_STATEMENT_FAILED', mayHaveRun: true });
  });

  it('keeps its connection, and leaves no listener behind after a thousand', async () => {
    const { session, server } = await setupDatabase(pong);
    const { signal } = new AbortController();
    for (let count = 0; count < 1_000; count += 1) await session.query(sql.ping(), { signal });
    expect(server.statements).toHaveLength(1_000);
    expect(server.connectionsSeen()).toBe(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('waits when as many as allowed are under way', async () => {
    const held: FixtureConnection[] = [];
    const bothHeld = Promise.withResolvers<undefined>();
    const { session, server } = await setupDatabase(
      (_statement, connection) => {
        held.push(connection);
        if (held.length === 2) bothHeld.resolve(undefined);
        if (held.length > 2) connection.rows(['1'], [['1']]);
      },
      { connectionsMax: 2 },
    );
    const all = Array.from({ length: 6 }, () => session.query(sql.ping()));
    await bothHeld.promise;
    for (const connection of held.slice(0, 2)) connection.rows(['1'], [['1']]);
    await Promise.all(all);
    expect(server.connectionsSeen()).toBe(2);
  });

  it('that no dialect built is not sent', async () => {
    const { session, server } = await setupDatabase(pong);
    const forged = { text: 'DROP TABLE t' } as unknown as SqlStatement;
    expect(await rejection(session.query(forged))).toMatchObject({ code: 'STATEMENT_REFUSED' });
    expect(server.connectionsSeen()).toBe(0);
  });
});

describe('a database that does not answer', () => {
  it('ends the call at its deadline; the next one gets a fresh connection and its own answer', async () => {
    let frozen = true;
    const { session, server } = await setupDatabase((_statement, connection) => {
      if (!frozen) connection.rows(['answer'], [['right']]);
    });
    const error = await rejection(session.query(sql.ping(), { timeoutMs: 400 }));
    expect(error).toMatchObject({ code: 'DB_TIMEOUT', mayHaveRun: true });
    expect(isConnectionError(error)).toBe(true);
    frozen = false;
    expect((await session.query(sql.ping()))[0]?.['answer']).toBe('right');
    expect(server.connectionsSeen()).toBe(2);
    expect(server.sockets.size).toBe(1);
  });

  it('ends the call when its caller aborts, and its connection is destroyed', async () => {
    const controller = new AbortController();
    const { session, server } = await setupDatabase(() => controller.abort());
    const error = await rejection(session.query(sql.ping(), { signal: controller.signal }));
    expect(error).toMatchObject({ code: 'DB_ABORTED', mayHaveRun: true });
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
  });

  it('ends a call that still waits for its turn, which says that it was not sent', async () => {
    const { session, server } = await setupDatabase(() => {}, { connectionsMax: 1 });
    const [first, second] = await Promise.all([
      rejection(session.query(sql.ping(), { timeoutMs: 600 })),
      rejection(session.query(sql.ping(), { timeoutMs: 100 })),
    ]);
    expect(first).toMatchObject({ code: 'DB_TIMEOUT', mayHaveRun: true });
    expect(second).toMatchObject({ code: 'DB_TIMEOUT', mayHaveRun: false });
    expect(server.statements).toHaveLength(1);
  });

  it('sends nothing for a caller who gave up before', async () => {
    const { session, server } = await setupDatabase(pong);
    const error = await rejection(session.query(sql.ping(), { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'DB_ABORTED', mayHaveRun: false });
    expect(server.connectionsSeen()).toBe(0);
  });
});

describe('a connection lost mid-statement', () => {
  it('leaves the outcome open, and the next statement gets a new one', async () => {
    let cut = true;
    const { session, server } = await setupDatabase((statement, connection) => {
      if (cut) connection.socket.destroy();
      else pong(statement, connection);
    });
    const error = await rejection(session.query(sql.ping()));
    expect(error).toMatchObject({ code: 'DB_CONNECTION_LOST', mayHaveRun: true });
    expect(isConnectionError(error)).toBe(true);
    cut = false;
    await session.query(sql.ping());
    expect(server.connectionsSeen()).toBe(2);
  });

  it('is the same with half an answer', async () => {
    const { session } = await setupDatabase((_statement, connection) => {
      connection.socket.end(Buffer.from([0x01, 0x00, 0x00, 0x01, 0x02, 0x20]));
    });
    expect(await rejection(session.query(sql.ping()))).toMatchObject({ code: 'DB_CONNECTION_LOST', mayHaveRun: true });
  });

  it('while idle is noticed before the next statement', async () => {
    const { session, server } = await setupDatabase(pong);
    await session.query(sql.ping());
    for (const socket of server.sockets) socket.destroy();
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
    await session.query(sql.ping());
    expect(server.connectionsSeen()).toBe(2);
  });
});

describe('closing', () => {
  it('ends statements under way, refuses further ones and is safe twice', async () => {
    const asked = Promise.withResolvers<undefined>();
    const server = await startDatabase(() => asked.resolve(undefined));
    const connections = createDatabaseConnections({ address: async () => [server.address] });
    const session = connections.session(21);
    const ended = rejection(session.query(sql.ping()));
    await asked.promise;
    await connections.close();
    await connections.close();
    expect(await ended).toMatchObject({ code: 'DB_CONNECTION_LOST', mayHaveRun: true });
    expect(await rejection(session.query(sql.ping()))).toMatchObject({ code: 'DATABASE_SESSION_CLOSED' });
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
  });

  it('of a session leaves the others alone', async () => {
    const server = await startDatabase(pong);
    const connections = createDatabaseConnections({ address: async () => [server.address] });
    atEnd(() => connections.close());
    const [first, second] = [connections.session(21), connections.session(21)];
    await first.close();
    expect(await rejection(first.query(sql.ping()))).toMatchObject({ code: 'DATABASE_SESSION_CLOSED' });
    await second.query(sql.ping());
  });

  it('happens by itself to idle connections', async () => {
    const { session, server } = await setupDatabase(pong, { idleMs: 20 });
    await session.query(sql.ping());
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
    await session.query(sql.ping());
  });
});
