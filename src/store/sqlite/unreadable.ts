import { StoreUnreadableError } from '../store-failures.ts';
import { sqliteCode, sqliteCodeOf } from './sqlite-codes.ts';

const noDirectory = { reason: 'A part of the path is a file, not a directory.', next: 'Check the path.' };

const causes: Readonly<Record<string, { reason: string; next: string }>> = {
  [sqliteCode.notADatabase]: {
    reason: 'The file is not a store.',
    next: 'Name the file of a store, or a new file.',
  },
  [sqliteCode.corrupt]: {
    reason: 'The file is corrupt.',
    next: 'Keep a copy of the file and of those beside it, and restore a backup.',
  },
  [sqliteCode.readOnly]: {
    reason: 'The file, or the directory that it is in, cannot be written.',
    next: 'Give yourself permission to write both, or name another store.',
  },
  [sqliteCode.busy]: {
    reason: 'Another process holds the file.',
    next: 'Find out which process holds the store, and try again.',
  },
  ENOENT: { reason: 'There is no such file.', next: 'Check the path, or start a run to make the store.' },
  EISDIR: { reason: 'It is a directory.', next: 'Name a file in it, such as store.db.' },
  ENOTDIR: noDirectory,
  EEXIST: noDirectory,
};

const halfMade = {
  reason: 'A process ended in the middle of a change to the file, which has to be undone first.',
  next: 'Open it with a command that may write, such as precede list, then try again.',
};

const noPermission = {
  reason: 'There is no permission to read and write it.',
  next: 'Ask for permission to read and write the file and its directory, or name another store.',
};

/** Says why a file cannot be used as a store, whether the file system or SQLite found out. */
export function unreadable(file: string, error: Error): StoreUnreadableError {
  if (error instanceof StoreUnreadableError) return error;
  return new StoreUnreadableError(file, { ...describe(error), cause: error });
}

/** SQLite would open the file with a part of what was acknowledged missing. */
export function lostCommits(file: string): StoreUnreadableError {
  return new StoreUnreadableError(file, {
    reason: `Its write-ahead log, ${file}-wal, was damaged: commits that were acknowledged are missing from it.`,
    next:
      'Keep a copy of the file and of those beside it, and restore a backup. To go on with what is left, remove ' +
      `${file}-shm and see what precede store check says.`,
  });
}

/** SQLite would have to write before it can read: the extended result code of that. */
const needsUndo = 776;

function describe(error: Error): { reason: string; next: string } {
  if ('errcode' in error && error.errcode === needsUndo) return halfMade;
  const code = sqliteCodeOf(error) ?? ('code' in error ? String(error.code) : '');
  if (code === 'EACCES' || code === 'EPERM' || code === sqliteCode.permission) return noPermission;
  const other = { reason: `It cannot be read: ${error.message}.`, next: 'Check the file, its directory and the disk.' };
  return causes[code] ?? other;
}
