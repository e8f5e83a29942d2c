import type { RunEvent, TaskEvent } from '../../state/index.ts';
import { dateText } from './clock-text.ts';

interface Mark {
  readonly atMs: number;
  readonly isStart: boolean;
  readonly text: string;
}

/** How a task's attempts and undos are set apart in its log, as OCP does it: a line where one begins, a line where it ends. */
export class AttemptMarks {
  readonly #task: number;
  #marks: readonly Mark[] = [];
  #told = 0;

  constructor(task: number) {
    this.#task = task;
  }

  /** Takes in the journal as it is now. O(events). */
  look(events: readonly RunEvent[]): void {
    this.#marks = marksOf(this.#task, events);
  }

  /** The marks that come before a line of this time and were not given yet. */
  before(atMs: number): readonly string[] {
    return this.#take((mark) => (mark.isStart ? mark.atMs <= atMs : mark.atMs < atMs));
  }

  /** All that were not given yet. */
  rest(): readonly string[] {
    return this.#take(() => true);
  }

  #take(isDue: (mark: Mark) => boolean): readonly string[] {
    const texts: string[] = [];
    for (let mark = this.#marks[this.#told]; mark && isDue(mark); mark = this.#marks[this.#told]) {
      texts.push(mark.text);
      this.#told += 1;
    }
    return texts;
  }
}

const ends: Partial<Record<RunEvent['type'], string>> = {
  'task-succeeded': 'SUCCESS',
  'task-failed': 'FAILED',
  'task-cancelled': 'CANCELLED',
  'task-outcome-unknown': 'UNKNOWN',
  'task-rolled-back': 'ROLLED_BACK',
  'task-rollback-failed': 'ROLLBACK_FAILED',
};

function marksOf(task: number, events: readonly RunEvent[]): readonly Mark[] {
  let under = { operation: 'EXECUTE', attempt: 1 };
  return events.flatMap((event): Mark[] => {
    if (event.type === 'tasks-retried' && event.tasks.includes(task)) under = { ...under, operation: 'RETRY' };
    if (!('task' in event) || event.task !== task) return [];
    if (event.type === 'task-rollback-started') {
      under = { operation: 'ROLLBACK', attempt: under.operation === 'ROLLBACK' ? under.attempt + 1 : 1 };
    }
    if (event.type === 'task-started') under = { ...under, attempt: event.attempt };
    return markOf(event, under);
  });
}

interface Under {
  readonly operation: string;
  readonly attempt: number;
}

function markOf({ type, task, atMs }: TaskEvent, { operation, attempt }: Under): Mark[] {
  if (type === 'task-started' || type === 'task-rollback-started') {
    const text = `############ ${operation} attempt ${attempt} ${dateText(atMs)} ############`;
    return [{ atMs, isStart: true, text }];
  }
  const state = ends[type];
  return state === undefined
    ? []
    : [{ atMs, isStart: false, text: `task ${task + 1}: operation ${operation}, state ${state}` }];
}
