import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { select } from '../../../src/oceanbase/sandbox/observer/sql-select.ts';
import { SqlRefusal } from '../../../src/oceanbase/sandbox/observer/sql-refusal.ts';
import { parseStatement } from '../../../src/oceanbase/sandbox/observer/sql-statement.ts';
import type { SqlTable } from '../../../src/oceanbase/sandbox/observer/sql-table.ts';

const table: SqlTable = {
  columns: [
    { name: 'SVR_IP', type: 'text' },
    { name: 'SVR_PORT', type: 'integer' },
    { name: 'START_SERVICE_TIME', type: 'timestamp' },
  ],
  rows: [
    ['10.0.0.1', 2882, '2026-01-31 09:05:00.123000'],
    ['10.0.0.2', 2882, null],
    ['10.0.0.3', 2992, '2026-01-31 09:06:00.000000'],
  ],
};

const scene = { nowMs: 0, obVersion: '4.3.5.1', serverVersion: '5.7.25-OceanBase_CE-v4.3.5.1' };

function ask(sql: string): SqlTable {
  const statement = parseStatement(sql);
  if (statement.kind !== 'select') throw new Error(statement.kind);
  return select(statement, statement.from === undefined ? undefined : table, scene);
}

describe('a SELECT', () => {
  it.each([
    ['SELECT SVR_IP FROM oceanbase.DBA_OB_SERVERS', [['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3']]],
    ["select svr_port from V where svr_ip = '10.0.0.3';", [[2992]]],
    ["SELECT SVR_IP FROM V WHERE SVR_IP='10.0.0.1' AND SVR_PORT=2882", [['10.0.0.1']]],
    ["SELECT SVR_IP FROM V WHERE SVR_IP='10.0.0.1' AND SVR_PORT='2992'", []],
    ['SELECT s.SVR_IP AS ip FROM V AS s WHERE s.START_SERVICE_TIME IS NULL', [['10.0.0.2']]],
    ['SELECT SVR_PORT FROM V WHERE START_SERVICE_TIME IS NOT NULL ORDER BY SVR_PORT DESC', [[2992], [2882]]],
    ["SELECT SVR_IP FROM V WHERE SVR_IP IN ('10.0.0.2', '10.0.0.3') LIMIT 1", [['10.0.0.2']]],
    ["SELECT COUNT(*) FROM V WHERE SVR_IP <> '10.0.0.2'", [[2]]],
    ['SELECT SVR_IP FROM V WHERE SVR_PORT >= 2883 /* not the first */ -- nor the second', [['10.0.0.3']]],
    ['SELECT 1', [[1]]],
    ["SELECT 'it''s', 2 AS two", [["it's", 2]]],
    ['SELECT VERSION(), @@version_comment', [['5.7.25-OceanBase_CE-v4.3.5.1', 'Stand-in of Precede, not OceanBase']]],
  ])('%s is answered', (sql, expected) => {
    expect(ask(sql).rows).toEqual(expected);
  });

  it('of everything has the columns of the view in their order', () => {
    expect(ask('SELECT * FROM V').columns.map(({ name }) => name)).toEqual([
      'SVR_IP',
      'SVR_PORT',
      'START_SERVICE_TIME',
    ]);
    expect(ask('SELECT * FROM V').rows).toEqual(table.rows);
  });

  it('of a column that is not there is refused', () => {
    expect(() => ask('SELECT PASSWORD FROM V')).toThrow(expect.objectContaining({ errno: 1054 }));
    expect(() => ask('SELECT 1 FROM V WHERE constructor = 1')).toThrow(expect.objectContaining({ errno: 1054 }));
  });
});

describe('a statement', () => {
  it('adds servers to a zone or wherever they say, and deletes them', () => {
    expect(parseStatement("ALTER SYSTEM ADD SERVER '10.0.0.1:2882' ZONE 'z2'")).toEqual({
      kind: 'add-servers',
      servers: [{ ip: '10.0.0.1', port: 2882 }],
      zone: 'z2',
    });
    expect(parseStatement("alter system add server '10.0.0.1:2882', '10.0.0.2:2882' zone=z2")).toMatchObject({
      servers: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }],
      zone: 'z2',
    });
    expect(parseStatement("ALTER SYSTEM DELETE SERVER '10.0.0.1:2882'")).toEqual({
      kind: 'delete-servers',
      servers: [{ ip: '10.0.0.1', port: 2882 }],
    });
  });

  it.each([
    'SHOW PARAMETERS',
    'DROP TABLE t',
    'SELECT',
    'SELECT 1; SELECT 2',
    "SELECT 'open",
    'ALTER SYSTEM BOOTSTRAP',
    '',
  ])('that the stand-in does not know is refused as a syntax error: %s', (sql) => {
    expect(() => parseStatement(sql)).toThrow(expect.objectContaining({ errno: 1064 }));
  });

  it.each(["'10.0.0.1'", "'host:2882'", "'10.0.0.1:0'", "'10.0.0.1:2882x'", "':2882'"])(
    'with the address %s is refused',
    (address) => {
      expect(() => parseStatement(`ALTER SYSTEM ADD SERVER ${address}`)).toThrow(SqlRefusal);
    },
  );

  it('of any text is understood or refused, and never breaks the reader', () => {
    const word = fc.constantFrom(
      'SELECT',
      'FROM',
      'WHERE',
      '*',
      ',',
      '(',
      ')',
      "'a'",
      '1',
      'COUNT',
      'ORDER',
      'BY',
      'AS',
      '`x`',
      '.',
      '=',
    );
    const sql = fc.oneof(
      fc.string(),
      fc.array(word).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(sql, (text) => {
        try {
          parseStatement(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SqlRefusal);
        }
      }),
    );
  });
});
