const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time for people, in its two largest units: `0 s`, `450 ms`, `1.5 s`, `2 min 5 s`, `1 h 3 min`, `2 d 4 h`. */
export function durationText(durationMs: number): string {
  const ms = Math.round(durationMs);
  if (ms === 0) return '0 s';
  if (ms < second) return `${ms} ms`;
  if (ms < 9_950) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / second) * second;
  if (seconds < minute) return `${seconds / second} s`;
  if (seconds < hour) return inTwo(seconds, [minute, 'min'], [second, 's']);
  const minutes = Math.round(ms / minute) * minute;
  if (minutes < day) return inTwo(minutes, [hour, 'h'], [minute, 'min']);
  return inTwo(Math.round(ms / hour) * hour, [day, 'd'], [hour, 'h']);
}

type Unit = readonly [lengthMs: number, name: string];

function inTwo(durationMs: number, [largeMs, large]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((durationMs % largeMs) / smallMs);
  const whole = `${Math.floor(durationMs / largeMs)} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}
