import { cleanLine, cleanLines } from '../text/index.ts';
import { wireTime, type WireTime } from './wire-time.ts';

/** What a line of a log tells besides its message. */
export interface LogHead {
  readonly time: WireTime;
  readonly level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** Id of the process that wrote it. */
  readonly pid: number | undefined;
  /** What runs: no comma and no bracket. */
  readonly thread: string;
  /** May be empty. */
  readonly traceId: string;
  readonly logger: string;
}

/** Nobody can write a line of his own that looks like a head or a separator. */
const indent = '    ';

/**
 * `date time.ms  LEVEL pid --- [thread,traceId,spanId] logger : message`. Spans are not traced: their id is empty. The
 * further lines of a message follow as they are, indented; empty ones are left out. What a terminal would act on is gone.
 */
export function logEntry(message: string, { time, level, pid, thread, traceId, logger }: LogHead): string {
  const [first = '', ...further] = cleanLines(message)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const head = `${localTime(time)} ${level.padStart(5)} ${pid ?? '-'} --- [${thread},${traceId},] ${logger} :`;
  return [`${head} ${first}`.trimEnd(), ...further.map((line) => `${indent}${line}`)].join('\n');
}

/** `############EXECUTE2021-03-02T11:06:34.345+08:00############`: where something begins. */
export function logSeparator(operation: string, time: WireTime): string {
  const fence = '#'.repeat(12);
  return `${fence}${cleanLine(operation)}${wireTime(time)}${fence}`;
}

/** `2021-03-02 11:06:34.345` */
function localTime({ atMs, utcOffsetMinutes }: WireTime): string {
  return new Date(atMs + utcOffsetMinutes * 60_000).toISOString().replace('T', ' ').slice(0, -1);
}
