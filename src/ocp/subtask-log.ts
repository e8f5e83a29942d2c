import { attemptSpans, type AttemptSpan } from '../state/index.ts';
import { latestUntil } from './latest-until.ts';
import { newestEntries } from './newest-entries.ts';
import { SpanEntries } from './span-entries.ts';
import type { SubtaskLogLine, SubtaskLogParts } from './subtask-log-parts.ts';

/** The text of a log is at most this long, in bytes of UTF-8. */
export const subtaskLogBytesMax = 5_000_000;

/**
 * The log of a task as OCP's endpoint answers it: every attempt, undo, skip and cancellation with the separator line where
 * it begins; then the context, what was logged, what went wrong, and the state that was set when it ended. Holds no control
 * character but line breaks. Empty for a task that has not begun. At most `subtaskLogBytesMax` bytes: the oldest lines are
 * left out. O(events + length of the lines).
 */
export function toSubtaskLog(parts: SubtaskLogParts): string {
  const spans = attemptSpans(parts.task.index, parts.events);
  const { ofSpans, others } = sortedOut(parts.lines, spans);
  const entries = new SpanEntries(parts);
  const text = [...spans.flatMap((span) => entries.ofSpan(span, ofSpans.get(span) ?? [])), ...entries.ofLines(others)];
  return newestEntries(text, subtaskLogBytesMax);
}

interface SortedOut {
  readonly ofSpans: ReadonlyMap<AttemptSpan, readonly SubtaskLogLine[]>;
  /** Of attempts that the journal does not tell of yet. */
  readonly others: readonly SubtaskLogLine[];
}

/** Gives every line to the attempt during which it came. What comes after an attempt's end is still of it. */
function sortedOut(lines: readonly SubtaskLogLine[], spans: readonly AttemptSpan[]): SortedOut {
  const running = spans.filter(({ operation }) => operation !== 'SKIP');
  const ofSpans = new Map<AttemptSpan, SubtaskLogLine[]>(running.map((span) => [span, []]));
  const others: SubtaskLogLine[] = [];
  for (const line of lines) {
    const span = spanOf(line, running);
    (span ? (ofSpans.get(span) ?? others) : others).push(line);
  }
  return { ofSpans, others };
}

function spanOf({ atMs, attempt }: SubtaskLogLine, running: readonly AttemptSpan[]): AttemptSpan | undefined {
  const found = Math.max(0, latestUntil(running, startOf, atMs));
  const [span, before] = [running[found], running[found - 1]];
  // The next attempt may begin at the very moment of the last line; lines of undos have no attempts of their own.
  const mayBeOfBefore = span?.startedAtMs === atMs && span.operation !== 'ROLLBACK' && span.attempt !== attempt;
  return mayBeOfBefore && before?.attempt === attempt ? before : span;
}

function startOf({ startedAtMs }: AttemptSpan): number {
  return startedAtMs;
}
