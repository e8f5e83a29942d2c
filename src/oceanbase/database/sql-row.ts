/**
 * One row as the server sent it: column name to text, null for NULL. It has no prototype, so that a column named
 * `__proto__` is a column like any other. Numbers are decimal text, since a bigint does not fit a number.
 */
export type SqlRow = Readonly<Record<string, string | null>>;
