import { readWireTime, wireTime } from '../../ocp/index.ts';

/** The time of a row as the wire tells it. */
export function rowTime(atMs: number, { utcOffsetMinutes }: { readonly utcOffsetMinutes: number }): string {
  return wireTime({ atMs, utcOffsetMinutes });
}

/**
 * A time that a database has printed, as the wire tells it. One with a zone stays as it is, microseconds and all. One
 * without (`2024-01-02 03:04:05.678901`) is taken for the offset given and cut to milliseconds. What is no time is null.
 */
export function databaseTime(
  text: string | null,
  { utcOffsetMinutes }: { readonly utcOffsetMinutes: number },
): string | null {
  if (text === null) return null;
  if (readWireTime(text)) return text;
  const local = readWireTime(`${text.replace(' ', 'T')}Z`);
  return local ? wireTime({ atMs: local.atMs - utcOffsetMinutes * 60_000, utcOffsetMinutes }) : null;
}
