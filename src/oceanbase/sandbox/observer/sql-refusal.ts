import { PrecedeError } from '../../../errors/index.ts';

/**
 * Error numbers as an OceanBase client sees them. 1045, 1064, 1146, 1227 and 1295 are MySQL's; 4012, 4017, 4018, 4179 and
 * 8001 are OceanBase's own for these cases. Which number OceanBase gives for a server that does not answer (here
 * 4122), another cluster (4666) and a zone that is unknown or inactive (here 4018, 4179) was not verified.
 */
export const sqlErrors = {
  accessDenied: 1045,
  unknownColumn: 1054,
  syntax: 1064,
  noSuchTable: 1146,
  privilegeMissing: 1227,
  notInPrepared: 1295,
  timeout: 4012,
  entryExists: 4017,
  entryDoesNotExist: 4018,
  notConnected: 4122,
  notAllowed: 4179,
  clusterMismatch: 4666,
  initializing: 8001,
} as const;

/** A statement was carried out, and the client is to hear nothing of it: its connection is cut. */
export class AnswerLost extends Error {}

/** A statement that the stand-in database refuses, with the number that travels to the client. */
export class SqlRefusal extends PrecedeError<'SQL_REFUSED'> {
  readonly errno: number;

  constructor(errno: number, message: string) {
    super('SQL_REFUSED', { message, details: { errno } });
    this.errno = errno;
  }
}
