import type { ServerRow, ZoneRow } from './server-row.ts';
import type { SqlRow } from './sql-row.ts';
import type { SqlStatement } from './sql-statement.ts';

/** A server's place on the network of the cluster. */
export interface ServerAddress {
  readonly ip: string;
  readonly rpcPort: number;
}

/**
 * How one line of OceanBase versions is spoken to: statements out, rows in. Statement builders refuse values that are
 * not an IP address, a port or a zone name (`SQL_VALUE_REFUSED`); row readers throw `DB_ANSWER_MALFORMED`.
 */
export interface Dialect {
  readonly name: string;
  /** Answers one row; any server that takes statements can. */
  ping(): SqlStatement;
  servers(): SqlStatement;
  /** What the user may do, a row a grant. */
  grants(): SqlStatement;
  /** The row of one server, or none. */
  serverByAddress(server: ServerAddress): SqlStatement;
  zones(): SqlStatement;
  /** Not idempotent: look with `serverByAddress` before and after. */
  addServer(server: ServerAddress & { readonly zone: string }): SqlStatement;
  /** Answers at once; the row is gone when all data has moved away. */
  deleteServer(server: ServerAddress & { readonly zone?: string | undefined }): SqlStatement;
  serverRow(row: SqlRow): ServerRow;
  /** The zones out of all the rows that `zones` was answered with, in their order. */
  zoneRows(rows: readonly SqlRow[]): readonly ZoneRow[];
  /** What a server of these versions is made of on its host. */
  readonly server: ServerForm;
}

/** What differs between servers of different versions outside of SQL. */
export interface ServerForm {
  /** The directories that a server writes to, below its cluster's directory on either disk. */
  readonly directories: { readonly onDataDisk: readonly string[]; readonly onLogDisk: readonly string[] };
  /** Whether the observer is told its address (-I) or the network device that has it (-i). */
  readonly networkFlag: '-I' | '-i';
  /** Whether its program needs AVX on x86_64 processors. */
  readonly needsAvx: boolean;
  /** Whether `rpm` is told the prefix even where it is the package's own. */
  readonly namesPrefix: boolean;
}
