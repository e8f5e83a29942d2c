/** SQLite's primary result codes that are told apart here. */
export const sqliteCode = Object.freeze({
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  mismatch: 20,
  range: 25,
  notADatabase: 26,
});

/** The primary result code of an error that SQLite gave, or undefined for any other error. */
export function sqliteCodeOf(error: Error): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
