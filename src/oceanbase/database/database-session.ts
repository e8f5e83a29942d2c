import type { SqlRow } from './sql-row.ts';
import type { SqlStatement } from './sql-statement.ts';

/** How one statement is sent. */
export interface SqlOptions {
  /** The deadline of the whole call (waiting, connecting, answering), in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Gives the call up; the connection is destroyed then. */
  readonly signal?: AbortSignal | undefined;
}

/** What a statement without rows did. */
export interface ExecuteResult {
  readonly affectedRows: number;
}

/** Sends statements to one cluster. Every failure is a `DatabaseError`; see there for the codes. */
export interface DatabaseSession {
  /** Sends a statement and resolves with its rows. */
  query(statement: SqlStatement, options?: SqlOptions): Promise<readonly SqlRow[]>;
  /** Sends a statement that answers without rows, such as ALTER SYSTEM. */
  execute(statement: SqlStatement, options?: SqlOptions): Promise<ExecuteResult>;
  /** Refuses statements from now on. Safe twice. */
  close(): Promise<void>;
}
