const minuteMs = 60_000;

/** Java's limit. */
const offsetMaxMinutes = 18 * 60;

const written = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** A point in time as the wire tells it. */
export interface WireTime {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly utcOffsetMinutes: number;
}

/**
 * ISO 8601 with offset, as Java writes it: `2021-03-02T11:06:34.345+08:00`, milliseconds without trailing zeros (`.74`),
 * no fraction when it is zero, `Z` for an offset of zero.
 */
export function wireTime({ atMs, utcOffsetMinutes }: WireTime): string {
  const [whole = '', fraction = ''] = new Date(atMs + utcOffsetMinutes * minuteMs)
    .toISOString()
    .slice(0, -1)
    .split('.');
  const digits = fraction.replace(/0{1,3}$/, '');
  return `${whole}${digits === '' ? '' : `.${digits}`}${wireOffset(utcOffsetMinutes)}`;
}

/** As `wireTime`, without the fraction: how times of creation are written. */
export function wireTimeInSeconds({ atMs, utcOffsetMinutes }: WireTime): string {
  return wireTime({ atMs: Math.floor(atMs / 1_000) * 1_000, utcOffsetMinutes });
}

/** Reads a time of the wire, cut to milliseconds; `undefined` when it is none. */
export function readWireTime(text: string): WireTime | undefined {
  const [, whole, fraction = '', sign = '+', hours = '0', minutes = '0'] = written.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const utcOffsetMinutes = (Number(hours) * 60 + Number(minutes)) * Number(`${sign}1`);
  const localMs = Date.parse(`${whole}Z`) + Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (Math.abs(utcOffsetMinutes) > offsetMaxMinutes || Number(minutes) > 59 || !isReal(localMs, whole))
    return undefined;
  return { atMs: localMs - utcOffsetMinutes * minuteMs, utcOffsetMinutes };
}

/** Refuses the thirtieth of February, which `Date.parse` takes for a day in March. */
function isReal(ms: number, whole: string): boolean {
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(whole);
}

/** The offset at the end of a time: `+08:00`, `Z` for none. */
export function wireOffset(minutes: number): string {
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}
