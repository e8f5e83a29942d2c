import { attemptSpans, type AttemptSpan, type RunEvent } from '../../state/index.ts';
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

function marksOf(task: number, events: readonly RunEvent[]): readonly Mark[] {
  return attemptSpans(task, events).flatMap((span) => (span.operation === 'SKIP' ? [] : marksOfSpan(task, span)));
}

function marksOfSpan(task: number, { operation, attempt, startedAtMs, end }: AttemptSpan): readonly Mark[] {
  const text = `############ ${operation} attempt ${attempt} ${dateText(startedAtMs)} ############`;
  const start = { atMs: startedAtMs, isStart: true, text };
  if (!end) return [start];
  const ended = `task ${task + 1}: operation ${operation}, state ${end.state}`;
  return [start, { atMs: end.atMs, isStart: false, text: ended }];
}
