/** The time of day, in this process's time zone: `14:03:09.120`. */
export function clockText(epochMs: number): string {
  const at = new Date(epochMs);
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => padded(part, 2));
  return `${hours}:${minutes}:${seconds}.${padded(at.getMilliseconds(), 3)}`;
}

/** Date and time of day, in this process's time zone: `2026-11-23 14:03:09`. */
export function dateText(epochMs: number): string {
  const at = new Date(epochMs);
  const date = [at.getFullYear(), padded(at.getMonth() + 1, 2), padded(at.getDate(), 2)].join('-');
  return `${date} ${clockText(epochMs).slice(0, 'hh:mm:ss'.length)}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
