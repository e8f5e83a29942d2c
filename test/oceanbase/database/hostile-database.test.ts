import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DatabaseError } from '../../../src/oceanbase/database/database-error.ts';
import { dialect4x as sql } from '../../../src/oceanbase/database/dialect-4x.ts';
import { endAll } from '../support/cleanups.ts';
import { setupDatabase } from '../support/database-setup.ts';
import { rejection } from '../support/rejection.ts';

afterEach(endAll);

describe('a hostile server', () => {
  const hostileNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '10'];

  it('names its columns as it likes and changes nothing but the row', async () => {
    const before = prototypes();
    const { session } = await setupDatabase((_statement, connection) =>
      connection.rows(hostileNames, [hostileNames.map((name) => `value of ${name}`)]),
    );
    const [row] = await session.query(sql.ping());
    expect(row && Object.getPrototypeOf(row)).toBeNull();
    expect(row && Object.entries(row).sort()).toEqual(hostileNames.map((name) => [name, `value of ${name}`]).sort());
    expect(prototypes()).toEqual(before);
  });

  it('sends two columns of one name: the answer is refused', async () => {
    const { session } = await setupDatabase((_statement, connection) => connection.rows(['A', 'A'], [['1', '2']]));
    expect(await rejection(session.query(sql.ping()))).toMatchObject({ code: 'DB_ANSWER_MALFORMED' });
  });

  it('sends no rows where rows belong, or rows where none belong: the answer is refused', async () => {
    const { session, server } = await setupDatabase((statement, connection) =>
      statement.startsWith('SELECT') ? connection.ok() : connection.rows(['A'], [['1']]),
    );
    expect(await rejection(session.query(sql.ping()))).toMatchObject({ code: 'DB_ANSWER_MALFORMED' });
    const add = sql.addServer({ ip: '10.0.0.5', rpcPort: 2882, zone: 'z' });
    expect(await rejection(session.execute(add))).toMatchObject({ code: 'DB_ANSWER_MALFORMED', mayHaveRun: true });
    expect(server.connectionsSeen()).toBe(2);
  });

  it('asks for one of our files: it gets none', async () => {
    const received: Buffer[] = [];
    const { session } = await setupDatabase((_statement, connection) => {
      connection.socket.on('data', (chunk: Buffer) => received.push(chunk));
      const name = Buffer.from('/etc/passwd');
      connection.socket.write(Buffer.concat([Buffer.from([name.length + 1, 0, 0, 1, 0xfb]), name]));
    });
    await rejection(session.query(sql.ping(), { timeoutMs: 200 }));
    expect(Buffer.concat(received).includes('root:')).toBe(false);
  });

  it('sends random bytes in place of an answer: the call fails and the process lives', async () => {
    const before = prototypes();
    const answers = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 200 }), 60).flatMap((bytes) => [
      Buffer.from(bytes),
      // The same as a well-formed packet, so that it reaches the parsers behind the framing.
      Buffer.concat([Buffer.from([bytes.length, 0, 0, 1]), bytes]),
    ]);
    let next = 0;
    const { session } = await setupDatabase((_statement, connection) => {
      connection.socket.end(answers[next] ?? Buffer.alloc(0));
      next += 1;
    });
    for (const answer of answers) {
      const outcome = await session.query(sql.ping(), { timeoutMs: 1_000 }).catch((error: unknown) => error);
      expect(outcome, answer.toString('hex')).toBeInstanceOf(DatabaseError);
    }
    expect(next).toBe(answers.length);
    expect(prototypes()).toEqual(before);
  });

  it('sends more than an answer may hold: the connection is dropped', async () => {
    const { session, server } = await setupDatabase((_statement, connection) => {
      const wide = 'x'.repeat(65_536);
      connection.rows(
        ['A'],
        Array.from({ length: 300 }, () => [wide]),
      );
    });
    expect(await rejection(session.query(sql.ping()))).toMatchObject({ code: 'DB_CONNECTION_LOST', mayHaveRun: true });
    await expect.poll(() => server.sockets.size, { timeout: 5_000 }).toBe(0);
  });
});

function prototypes(): unknown[] {
  return [Object.prototype, Array.prototype, Function.prototype].map((each) => Object.getOwnPropertyNames(each));
}
