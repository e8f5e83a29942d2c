import type { Paint, Tone } from './paint.ts';
import { textWidth } from '../../plan/index.ts';
import { cutTo } from './text-width.ts';

/** A piece of a line in one colour. Its text is clean. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** Spans as one painted line of at most `width` columns; what goes beyond is cut and ends in `…`. O(length). */
export function lineOf(spans: readonly Span[], width: number, paint: Paint): string {
  const shownSpans = withoutTrailingBlanks(spans);
  const total = shownSpans.reduce((sum, { text }) => sum + textWidth(text), 0);
  let left = total <= width ? width : width - 1;
  let line = '';
  for (const { text, tone } of shownSpans) {
    const isWhole = textWidth(text) <= left;
    const shown = isWhole ? text : cutTo(`${text}…`, left + 1);
    line += paint(tone, shown);
    if (!isWhole) return line;
    left -= textWidth(shown);
  }
  return total <= width ? line : `${line}…`;
}

/** Before painting, since blanks inside of colour codes cannot be trimmed. */
function withoutTrailingBlanks(spans: readonly Span[]): readonly Span[] {
  const last = spans.findLastIndex(({ text }) => text.trim() !== '');
  return spans.slice(0, last + 1).map((span, at) => (at === last ? { ...span, text: span.text.trimEnd() } : span));
}
