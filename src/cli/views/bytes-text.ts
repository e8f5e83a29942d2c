const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const;
const step = 1_024;

/** A size for people: `512 B`, `1.5 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < step) return `${bytes} B`;
  let size = bytes / step;
  let place = 0;
  while (size >= step && place < units.length - 1) {
    size /= step;
    place += 1;
  }
  return `${size.toFixed(1)} ${units[place] ?? ''}`;
}
