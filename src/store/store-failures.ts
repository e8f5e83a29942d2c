import { PrecedeError, RefusedError } from '../errors/index.ts';

/** A file cannot be used as a store: absent, a directory, no permission, not a store, corrupt. Nothing was written. */
export class StoreUnreadableError extends RefusedError<'STORE_UNREADABLE'> {
  /** Absolute path. */
  readonly file: string;

  constructor(file: string, { reason, next, cause }: { reason: string; next: string; cause?: unknown }) {
    super('STORE_UNREADABLE', `Store ${file}`, [
      { code: 'STORE_UNREADABLE', message: reason, next, details: { file } },
    ]);
    this.file = file;
    if (cause !== undefined) this.cause = cause;
  }
}

/** A store was written by a newer version of this package. Nothing was written. */
export class StoreVersionError extends RefusedError<'STORE_VERSION'> {
  readonly found: number;
  /** The newest version that this package can use. */
  readonly supported: number;

  constructor(file: string, { found, supported }: { found: number; supported: number }) {
    super('STORE_VERSION', `Store ${file}`, [
      {
        code: 'STORE_VERSION',
        message: `It is of version ${found}; this program knows versions up to ${supported}.`,
        next: 'Use the newer program that wrote it, or name another store.',
        details: { file, found, supported },
      },
    ]);
    this.found = found;
    this.supported = supported;
  }
}

/** The SQLite of this Node.js can corrupt a store that two connections use. Nothing was opened. */
export class SqliteTooOldError extends RefusedError<'SQLITE_TOO_OLD'> {
  constructor({ found, needed }: { found: string; needed: string }) {
    super('SQLITE_TOO_OLD', 'SQLite', [
      {
        code: 'SQLITE_TOO_OLD',
        message: `This Node.js brings SQLite ${found}; before ${needed} two connections can corrupt a store.`,
        next: 'Use Node.js 22.22.3 or newer.',
        details: { found, needed },
      },
    ]);
  }
}

/** There is no space left for a write. Nothing was written; the same call succeeds once there is. */
export class StoreFullError extends PrecedeError<'STORE_FULL'> {
  constructor(file: string, cause: Error) {
    super('STORE_FULL', {
      message: `There is no space left for store ${file}.`,
      next: 'Free some space on its file system; what waits is then written by itself.',
      details: { file },
      cause,
    });
  }
}

/** Another process has been writing for too long. Nothing was written; the same call may succeed later. */
export class StoreBusyError extends PrecedeError<'STORE_BUSY'> {
  constructor(waitedMs: number) {
    super('STORE_BUSY', {
      message: `Another process has been writing to the store for more than ${waitedMs} ms.`,
      next: 'Find out which process holds the store, and try again.',
      details: { waitedMs },
    });
  }
}

/**
 * A write failed in a way that leaves open whether it is on disk. The store takes no further writes until it is opened
 * again: after a failed sync later ones may seem to succeed.
 */
export class StoreFailedError extends PrecedeError<'STORE_FAILED'> {
  constructor(file: string, cause: Error) {
    super('STORE_FAILED', {
      message: `Store ${file} could not be written: ${cause.message}.`,
      next: 'Check the disk, its free space and the permissions, then open the store again and recover the runs.',
      details: { file },
      cause,
    });
  }
}
