import { durationText, type PlanShape } from '../plan/index.ts';
import {
  runStateAfter,
  type RunEvent,
  type RunHeader,
  type RunRecord,
  type RunState,
  type TaskChange,
} from '../state/index.ts';
import type { LogLine } from '../store/index.ts';
import type { JsonObject } from '../json/index.ts';
import type { EngineParts } from './engine-parts.ts';
import { NoticeBus } from './notice-bus.ts';
import { recordedError } from './recorded-error.ts';
import type { Notice, TaskName, TaskNotice } from './run-notice.ts';
import { plainFields } from './scrubbed-logger.ts';
import { traced } from './trace-id.ts';

interface ReporterOptions {
  readonly header: RunHeader;
  readonly plan: PlanShape;
  readonly record: RunRecord;
  readonly parts: EngineParts;
}

/** Tells listeners and the log what has been recorded of one run, and keeps its tasks' log lines. */
export class RunReporter {
  readonly bus: NoticeBus;
  readonly #options: ReporterOptions;
  #runState: RunState;
  #linesLost = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#runState = options.record.state;
    this.bus = new NoticeBus(options.parts.reportListener);
  }

  /** Tells an event that has just been folded in. */
  tell(event: RunEvent, changes: readonly TaskChange[]): void {
    const { header, record, parts } = this.#options;
    const from = this.#runState;
    this.#runState = runStateAfter(from, event);
    const isAboutRun = event.type.startsWith('run-') || from !== this.#runState || changes.length === 0;
    if (isAboutRun) {
      const { id: runId } = header;
      const by = 'by' in event ? { by: event.by } : {};
      const trace = traced(record);
      parts.logger.info({ runId, event: event.type, from, to: this.#runState, ...by, ...trace }, 'run');
      const { sequence } = record;
      this.#publish({
        kind: 'run',
        runId,
        sequence,
        atMs: event.atMs,
        event: event.type,
        from,
        to: this.#runState,
        ...by,
        ...trace,
      });
    }
    for (const change of changes) this.#tellTask(event, change);
  }

  /** Keeps and tells one line of a task's log. Never throws: a body may call it from where nobody catches. */
  log(task: number, level: LogLine['level'], text: string, fields?: JsonObject): void {
    const { header, record, parts } = this.#options;
    const line = {
      runId: header.id,
      attempt: record.attempt(task),
      atMs: parts.clock.nowMs(),
      level,
      text: parts.scrubber.text(plainText(text)),
    };
    const shown = fields === undefined ? {} : { fields: parts.scrubber.json(plainFields(fields)) as JsonObject };
    const kept = fields === undefined ? line.text : `${line.text} ${JSON.stringify(shown.fields)}`;
    this.#keep({ ...line, task, text: kept });
    this.#publish({ kind: 'log', ...line, ...shown, ...traced(record), task: this.nameOf(task) });
  }

  /** Tells how far a body says it is. */
  progress(task: number, fraction: number, text: string): void {
    const { header, record, parts } = this.#options;
    const share = Math.min(1, Math.max(0, Number.isFinite(fraction) ? fraction : 0));
    const notice = { runId: header.id, atMs: parts.clock.nowMs(), task: this.nameOf(task), ...traced(record) };
    this.#publish({ kind: 'progress', ...notice, fraction: share, text: parts.scrubber.text(plainText(text)) });
  }

  /** Tells, logs and keeps in the task's log that an attempt takes much longer than estimated. */
  warnSlow(task: number, { elapsedMs, estimateMs }: { readonly elapsedMs: number; readonly estimateMs: number }): void {
    const { header, record, parts } = this.#options;
    const name = this.nameOf(task);
    const far = `has been running for ${durationText(elapsedMs)}; it was estimated to take ${durationText(estimateMs)}`;
    const text = parts.scrubber.text(`Task "${name.key}" ${far}.`);
    const line = { runId: header.id, attempt: record.attempt(task), atMs: parts.clock.nowMs(), text };
    const warning = { code: 'SLOW_TASK', elapsedMs, estimateMs } as const;
    const trace = traced(record);
    parts.logger.warn({ runId: line.runId, task: name.key, attempt: line.attempt, ...warning, ...trace }, text);
    this.#keep({ ...line, task, level: 'warn' });
    this.#publish({ kind: 'warning', ...line, ...warning, ...trace, task: name });
  }

  /** A line that the store does not take is lost; the first of them in a row is reported. */
  #keep(line: LogLine): void {
    const { record, parts } = this.#options;
    const { store, logger } = parts;
    try {
      store.appendLog([line]);
      this.#linesLost = 0;
    } catch (error) {
      this.#linesLost += 1;
      if (this.#linesLost > 1) return;
      const about = { runId: line.runId, ...traced(record) };
      logger.error({ ...about, error: recordedError(error) }, 'lines of the tasks’ log are lost');
    }
  }

  nameOf(task: number): TaskName {
    const { header, plan } = this.#options;
    const { key = '', name = '' } = plan.tasks[task] ?? {};
    return { index: task, key, name, id: header.firstTaskId + task };
  }

  #tellTask(event: RunEvent, { task, from, to }: TaskChange): void {
    const { header, record, parts } = this.#options;
    const isOwn = 'task' in event && event.task === task;
    const notice: TaskNotice = {
      kind: 'task',
      runId: header.id,
      sequence: record.sequence,
      atMs: event.atMs,
      task: this.nameOf(task),
      from,
      to,
      attempt: record.attempt(task),
      event: event.type,
      ...traced(record),
      ...(isOwn ? particulars(event) : {}),
    };
    const { attempt } = notice;
    const { key } = notice.task;
    if (isOwn) parts.logger.debug({ runId: header.id, task: key, from, to, attempt, ...traced(record) }, 'task');
    this.#publish(notice);
  }

  #publish(notice: Notice): void {
    if (this.bus.hasListeners(notice.kind)) this.bus.publish(notice);
    if (this.#options.parts.bus.hasListeners(notice.kind)) this.#options.parts.bus.publish(notice);
  }
}

/** What an event says of its own task besides the change. */
function particulars(event: RunEvent): Pick<TaskNotice, 'output' | 'error' | 'retryAtMs'> {
  return {
    ...('output' in event ? { output: event.output } : {}),
    ...('error' in event ? { error: event.error } : {}),
    ...('retryAtMs' in event ? { retryAtMs: event.retryAtMs } : {}),
  };
}

/** Bodies that no compiler has looked at log anything. */
function plainText(given: unknown): string {
  return typeof given === 'string' ? given : String(given);
}
