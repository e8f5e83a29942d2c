import { fitted, textWidth } from '../../plan/index.ts';

const columnWidthMax = 60;

/** Rows of clean texts under headings, in columns as wide as what stands in them, at most 60. O(cells). */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => {
    const widest = all.reduce((width, row) => Math.max(width, textWidth(row[column] ?? '')), 0);
    return Math.min(columnWidthMax, widest);
  });
  return all.map((row) =>
    row
      .map((cell, column) => fitted(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
