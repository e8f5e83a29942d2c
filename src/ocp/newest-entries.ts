/** Writes one entry of a log, without a line break at its end. */
export type LogEntry = () => string;

/** Room for the line that says what is left out. */
const noteBytesMax = 200;

/**
 * Entries as one text, every one closed by a line break and an empty line between two, as OCP joins the pieces that it
 * keeps. What does not fit into `bytesMax` bytes of UTF-8 is left out, oldest first, with one line that says how many
 * entries those are; they are not even written. O(length of the text + entries).
 */
export function newestEntries(entries: readonly LogEntry[], bytesMax: number): string {
  const texts: string[] = [];
  let left = bytesMax - noteBytesMax;
  for (const write of entries.toReversed()) {
    const text = `${write()}\n`;
    left -= Buffer.byteLength(text) + 1;
    if (left < 0) break;
    texts.push(text);
  }
  const leftOut = entries.length - texts.length;
  if (leftOut > 0) texts.push(`The log is longer than ${bytesMax} bytes: its ${leftOut} oldest lines are left out.\n`);
  return texts.toReversed().join('\n');
}
