import { setTimeout as delay } from 'node:timers/promises';
import { faultOf, type HeldFault } from '../faults.ts';
import { AnswerLost, sqlErrors, SqlRefusal } from './sql-refusal.ts';
import type { SqlStatement } from './sql-statement.ts';
import type { SqlTable } from './sql-table.ts';

/** The faults of a database, around each statement that its root server executes. */
export interface DatabaseTrouble {
  /** Before it is executed: refuses it, or never resolves. */
  before(statement: SqlStatement): Promise<void>;
  /** After it was executed: throws `AnswerLost` when its answer is not to arrive. */
  after(statement: SqlStatement): void;
}

/** The trouble that these faults make; undefined when they make none. */
export function databaseTrouble(faults: readonly HeldFault[]): DatabaseTrouble | undefined {
  const refuses = faultOf(faults, 'db-refuses');
  const freezes = faultOf(faults, 'db-freezes');
  const losesAck = faultOf(faults, 'db-loses-ack');
  const isReadOnly = faultOf(faults, 'db-few-rights') !== undefined;
  if (!refuses && !freezes && !losesAck && !isReadOnly) return undefined;
  let frozen: Promise<unknown> | undefined;
  return {
    before: async ({ kind }) => {
      const adds = kind === 'add-servers';
      if (freezes && adds) frozen ??= forMs(freezes.parameter);
      await frozen;
      if (isReadOnly && (adds || kind === 'delete-servers')) throw accessDenied();
      if (refuses && adds) throw new SqlRefusal(refuses.parameter ?? sqlErrors.notAllowed, 'add server not allowed');
    },
    after: ({ kind }) => {
      if (losesAck && kind === 'add-servers') throw new AnswerLost();
    },
  };
}

/** What SHOW GRANTS answers. */
export function grantsOf(faults: readonly HeldFault[]): SqlTable {
  const rights = faultOf(faults, 'db-few-rights') ? 'SELECT' : 'ALL PRIVILEGES';
  return {
    columns: [{ name: 'Grants for root@%', type: 'text' }],
    rows: [[`GRANT ${rights} ON *.* TO 'root'`]],
  };
}

function accessDenied(): SqlRefusal {
  const message = 'Access denied; you need (at least one of) the ALTER SYSTEM privilege(s) for this operation';
  return new SqlRefusal(sqlErrors.privilegeMissing, message);
}

function forMs(ms: number | undefined): Promise<unknown> {
  return ms === undefined ? new Promise(() => undefined) : delay(ms);
}
