import { closeSync, openSync, writeSync } from 'node:fs';

/** A log of things received and ended, one JSON line each, written at the moment itself so that a crash loses nothing. */
export interface JournalFile {
  /** Writes the line `received` with these fields and answers the id that its `ended` line will carry. */
  received(fields: Readonly<Record<string, unknown>>): string;
  /** Writes the line `ended`. */
  ended(id: string, fields: Readonly<Record<string, unknown>>): void;
  /** Closes the file; later lines are dropped. Safe twice. */
  close(): void;
}

/** Opens a log for appending; several processes may write to one file. `idPrefix` keeps their ids apart. */
export function openJournalFile(path: string, idPrefix = ''): JournalFile {
  let descriptor: number | undefined = openSync(path, 'a', 0o600);
  let count = 0;
  const write = (line: Readonly<Record<string, unknown>>): void => {
    if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(line)}\n`);
  };
  return {
    received(fields) {
      count += 1;
      const id = `${idPrefix}${count}`;
      write({ time: new Date().toISOString(), id, event: 'received', ...fields });
      return id;
    },
    ended(id, fields) {
      write({ time: new Date().toISOString(), id, event: 'ended', ...fields });
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
