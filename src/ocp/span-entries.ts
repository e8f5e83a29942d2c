import type { SerializedError } from '../errors/index.ts';
import type { AttemptSpan, SpanEnd } from '../state/index.ts';
import { attemptContextText } from './attempt-context.ts';
import { logEntry, logSeparator, type LogHead } from './log-entry.ts';
import type { LogEntry } from './newest-entries.ts';
import type { SubtaskLogLine, SubtaskLogParts } from './subtask-log-parts.ts';
import { TraceIds } from './trace-ids.ts';
import { subtaskStatusOfState } from './wire-status.ts';
import { wireTime, type WireTime } from './wire-time.ts';

const wordOf = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', output: 'INFO' } as const;

/** Lines say who wrote them: the task itself, a command or database that it ran, or the engine. */
const loggerOf = {
  debug: 'precede.task',
  info: 'precede.task',
  warn: 'precede.task',
  output: 'precede.output',
} as const;

type Told = Pick<LogHead, 'level' | 'logger'> & { readonly atMs: number; readonly message: string };

/** Writes the entries of a task's log, span by span, each when it is asked for. */
export class SpanEntries {
  readonly #parts: SubtaskLogParts;
  readonly #traceIds: TraceIds;

  constructor(parts: SubtaskLogParts) {
    this.#parts = parts;
    this.#traceIds = new TraceIds(parts.events);
  }

  /** From the separator to the state that was set, what was logged meanwhile in between. O(lines). */
  ofSpan(span: AttemptSpan, lines: readonly SubtaskLogLine[]): readonly LogEntry[] {
    const { cancelling } = span;
    const sinceAsked = lines.findIndex(({ atMs }) => cancelling !== undefined && atMs > cancelling.atMs);
    const asked = sinceAsked === -1 ? lines.length : sinceAsked;
    return [
      () => logSeparator(span.operation, this.#time(span.startedAtMs)),
      () => this.#entry(span, this.#context(span)),
      ...this.ofLines(lines.slice(0, asked), span),
      ...this.#cancelling(span),
      ...this.ofLines(lines.slice(asked), span),
      ...this.#outcome(span),
    ];
  }

  /** Lines alone. */
  ofLines(lines: readonly SubtaskLogLine[], span?: AttemptSpan): readonly LogEntry[] {
    return lines.map(({ atMs, attempt, level, text }) => () => {
      const told = { atMs, level: wordOf[level], logger: loggerOf[level], message: text };
      return this.#entry(span ?? { operation: 'EXECUTE', attempt }, told);
    });
  }

  #context({ operation, startedAtMs }: AttemptSpan): Told {
    const { run, task } = this.#parts;
    const injected = {
      task_instance_id: String(run.id),
      latest_execution_start_time: wireTime(this.#time(startedAtMs)),
      task_operation: operation.toLowerCase(),
      sub_task_instance_id: String(task.id),
    };
    const context = attemptContextText({ context: run.context, injected, parallelIdx: task.parallelIdx });
    return byEngine(startedAtMs, `Subtask ${task.id} "${task.name}" (${task.key}) begins: ${context}`);
  }

  #cancelling(span: AttemptSpan): readonly LogEntry[] {
    const { cancelling } = span;
    if (!cancelling) return [];
    return [
      () => logSeparator('CANCEL', this.#time(cancelling.atMs)),
      () => this.#entry(span, byEngine(cancelling.atMs, `Cancelled by ${cancelling.by}.`)),
    ];
  }

  #outcome(span: AttemptSpan): readonly LogEntry[] {
    const ends = [span.end, span.resolution].filter((end) => end !== undefined);
    return ends.flatMap((end) => this.#told(span, end).map((told) => () => this.#entry(span, told)));
  }

  /** An outcome that nobody knows sets no state. */
  #told({ operation, cancelling }: AttemptSpan, { atMs, state, error, by }: SpanEnd): readonly Told[] {
    const reason = error && { ...byEngine(atMs, errorText(error)), level: 'ERROR' as const };
    const decided = by === undefined ? undefined : byEngine(atMs, `${verbOf(state)} by ${by}.`);
    const told = [decided, reason].filter((one) => one !== undefined);
    if (state === 'UNKNOWN') return [...told, byEngine(atMs, 'Nobody knows what came of it, until it is resolved.')];
    const words = `operation ${cancelling ? 'CANCEL' : operation}, state ${subtaskStatusOfState(state)}`;
    return [...told, byEngine(atMs, `Set state of subtask ${this.#parts.task.id}: ${words}`)];
  }

  #entry({ operation, attempt }: Pick<AttemptSpan, 'operation' | 'attempt'>, told: Told): string {
    const { pid } = this.#parts;
    const { atMs, level, logger, message } = told;
    const thread = `${operation.toLowerCase()}-${attempt}`;
    return logEntry(message, { time: this.#time(atMs), level, pid, thread, traceId: this.#traceIds.at(atMs), logger });
  }

  #time(atMs: number): WireTime {
    return { atMs, utcOffsetMinutes: this.#parts.run.utcOffsetMinutes };
  }
}

function byEngine(atMs: number, message: string): Told {
  return { atMs, level: 'INFO', logger: 'precede.engine', message };
}

function verbOf(state: SpanEnd['state']): string {
  return state === 'SKIPPED' ? 'Skipped' : `Resolved as ${state}`;
}

function errorText({ code, message, next }: SerializedError): string {
  return [`[${code}] ${message}`, ...(next === undefined ? [] : [next])].join('\n');
}
