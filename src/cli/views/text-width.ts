import { fitted, textWidth } from '../../plan/index.ts';

/** The text in at most `width` columns; a cut text ends in `…`. O(length). */
export function cutTo(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  return width <= 0 ? '' : fitted(text, width).trimEnd();
}
