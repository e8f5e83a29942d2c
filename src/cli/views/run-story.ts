import type { SerializedError } from '../../errors/index.ts';
import { durationText } from '../../plan/index.ts';
import type { RunEvent } from '../../state/index.ts';
import { cleanLine } from '../../text/index.ts';
import { dateText } from './clock-text.ts';
import { taskTitle, type StepTable } from './steps.ts';

const tasksNamedMax = 3;

/**
 * What has happened to a run, a line each: who did what, what went wrong and what came of it. Starts and first successes
 * go without saying; `all` says them too. O(events).
 */
export function runStory(events: readonly RunEvent[], table: StepTable, { all = false } = {}): readonly string[] {
  const story = new Story(table, all);
  return events.flatMap((event) => {
    const text = story.tell(event);
    return text === undefined ? [] : [`${dateText(event.atMs)}  ${text}`];
  });
}

class Story {
  readonly #table: StepTable;
  readonly #all: boolean;
  readonly #begunAtMs = new Map<number, number>();
  readonly #attempts = new Map<number, number>();

  constructor(table: StepTable, all: boolean) {
    this.#table = table;
    this.#all = all;
  }

  tell(event: RunEvent): string | undefined {
    return 'task' in event ? this.#ofTask(event) : this.#ofRun(event);
  }

  #ofRun(event: Exclude<RunEvent, { readonly task: number }>): string {
    const by = 'by' in event ? cleanLine(event.by) : '';
    switch (event.type) {
      case 'run-started':
        return `${by} started the run`;
      case 'run-paused':
        return `${by} paused the run`;
      case 'run-resumed':
        return `${by} resumed the run`;
      case 'run-cancel-requested':
        return `${by} cancelled the run`;
      case 'tasks-retried':
        return `${by} retried ${this.#named(event.tasks)}`;
      case 'run-rollback-started':
        return `${by} rolled the run back: ${this.#named(event.tasks)}`;
      case 'undos-retried':
        return `${by} retried the undo of ${this.#named(event.tasks)}`;
      case 'changes-accepted':
        return `${by} accepted the changes of the workflow`;
      case 'run-settled':
        return `the run ended ${event.state}`;
    }
  }

  #ofTask(event: Extract<RunEvent, { readonly task: number }>): string | undefined {
    const title = taskTitle(this.#table, event.task);
    const by = 'by' in event ? cleanLine(event.by) : '';
    switch (event.type) {
      case 'task-started':
      case 'task-rollback-started':
        return this.#begun(event, title);
      case 'task-succeeded':
        return this.#isWorthSaying(event.task) ? `${title} succeeded${this.#facts(event)}` : undefined;
      case 'task-failed':
        return `${title} failed${this.#facts(event)}${errorText(event.error)}${nextAttemptText(event)}`;
      case 'task-cancelling':
        return `${by} cancelled ${title}`;
      case 'task-cancelled':
        return `${title} was cancelled${this.#facts(event)}`;
      case 'task-outcome-unknown':
        return `nobody knows how ${title} ended${errorText(event.error)}`;
      case 'task-skipped':
        return `${by} skipped ${title}`;
      case 'task-resolved-success':
        return `${by} resolved ${title} as success`;
      case 'task-resolved-failed':
        return `${by} resolved ${title} as failed`;
      case 'task-rolled-back':
        return this.#all ? `${title} was undone${this.#facts(event)}` : undefined;
      case 'task-rollback-failed':
        return `the undo of ${title} failed${errorText(event.error)}${nextAttemptText(event)}`;
      case 'undo-skipped':
        return `${by} left ${title} as it is`;
    }
  }

  #begun(
    event: Extract<RunEvent, { type: 'task-started' | 'task-rollback-started' }>,
    title: string,
  ): string | undefined {
    this.#begunAtMs.set(event.task, event.atMs);
    if (event.type === 'task-rollback-started') return this.#all ? `${title} is being undone` : undefined;
    this.#attempts.set(event.task, event.attempt);
    return this.#all ? `${title} started${this.#attempt(event.task)}` : undefined;
  }

  #isWorthSaying(task: number): boolean {
    return this.#all || (this.#attempts.get(task) ?? 1) > 1;
  }

  #facts({ task, atMs }: { readonly task: number; readonly atMs: number }): string {
    const begunAtMs = this.#begunAtMs.get(task);
    const attempt = this.#attempt(task);
    const length = begunAtMs === undefined ? '' : ` after ${durationText(atMs - begunAtMs)}`;
    return attempt === '' || length === '' ? `${attempt}${length}` : `${attempt},${length}`;
  }

  #attempt(task: number): string {
    const attempt = this.#attempts.get(task) ?? 1;
    return attempt > 1 ? `, attempt ${attempt}` : '';
  }

  #named(tasks: readonly number[]): string {
    const titles = tasks.slice(0, tasksNamedMax).map((task) => taskTitle(this.#table, task));
    const more = tasks.length - titles.length;
    if (tasks.length === 0) return 'nothing';
    return `${titles.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }
}

function nextAttemptText({ atMs, retryAtMs }: { readonly atMs: number; readonly retryAtMs?: number }): string {
  return retryAtMs === undefined ? '' : `; next attempt in ${durationText(retryAtMs - atMs)}`;
}

function errorText({ code, message }: SerializedError): string {
  return `: [${cleanLine(code)}] ${cleanLine(message)}`;
}
