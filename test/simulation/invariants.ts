import type { OcpTaskInfo } from '../../src/ocp/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { limitSizes, type Scenario } from './scenario.ts';

/** What is known of one task from the journal alone, as one would note it on paper. */
interface Line {
  attempts: number;
  isUnderWay: boolean;
  isCancelling: boolean;
  isDone: boolean;
  hasFailed: boolean;
  mayStart: boolean;
}

/** Reads a journal line by line and says which promises it breaks. Knows nothing of the code that wrote it. */
export function violationsOf(journal: readonly RunEvent[], scenario: Scenario): readonly string[] {
  const reader = new JournalReader(scenario);
  for (const event of journal) reader.read(event);
  return reader.violations;
}

class JournalReader {
  readonly violations: string[] = [];
  readonly #scenario: Scenario;
  readonly #lines: readonly Line[];
  #isPaused = false;
  #isCancelled = false;
  #isBeingCancelled = false;
  #isRollingBack = false;
  /** Whether something has failed since the run began, or since somebody asked it to go on. */
  #hasJustFailed = false;
  #end: string | undefined;
  #eventCount = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#lines = scenario.tasks.map(() => ({
      attempts: 0,
      isUnderWay: false,
      isCancelling: false,
      isDone: false,
      hasFailed: false,
      mayStart: true,
    }));
  }

  read(event: RunEvent): void {
    this.#eventCount += 1;
    const takesBackUp = ['run-rollback-started', 'undos-retried', 'undo-skipped'].includes(event.type);
    const takesUp = takesBackUp || event.type === 'tasks-retried' || event.type === 'task-skipped';
    if (this.#end !== undefined && !takesUp) this.#note(event, `after the run has ended ${this.#end}`);
    if ((event.type === 'run-started') !== (this.#eventCount === 1)) this.#note(event, 'not as the first of all');
    if (takesUp) {
      this.#end = undefined;
      this.#isCancelled = false;
      this.#hasJustFailed = false;
    }
    this.#readRun(event);
    this.#requireAllCancelled(event);
    if ('task' in event) this.#readTask(event, this.#line(event.task));
    if (event.type === 'tasks-retried') for (const task of event.tasks) this.#retry(event, task);
    this.#requireLimits(event);
  }

  #readRun(event: RunEvent): void {
    if (event.type === 'run-paused') this.#isPaused = true;
    if (event.type === 'run-resumed') this.#isPaused = false;
    if (['run-rollback-started', 'undos-retried', 'undo-skipped'].includes(event.type)) this.#isRollingBack = true;
    if (event.type === 'run-cancel-requested') {
      this.#isCancelled = true;
      this.#isBeingCancelled = true;
      this.#isPaused = false;
    }
    if (event.type !== 'run-settled') return;
    this.#end = event.state;
    this.#isPaused = false;
    this.#isRollingBack = false;
    if (this.#lines.some((line) => line.isUnderWay)) this.#note(event, 'while bodies are under way');
    const isAllDone = this.#lines.every((line) => line.isDone);
    if (event.state === 'SUCCESS' && !isAllDone) this.#note(event, 'while tasks are not done');
  }

  #readTask(event: Extract<RunEvent, { task: number }>, line: Line): void {
    switch (event.type) {
      case 'task-started':
        this.#start(event, line);
        return;
      case 'task-rollback-started':
        if (line.isUnderWay) this.#note(event, 'while it is under way');
        this.#requireUndoOrder(event);
        line.isUnderWay = true;
        return;
      case 'task-cancelling':
        if (!line.isUnderWay) this.#note(event, 'of what is not under way');
        line.isCancelling = true;
        return;
      case 'task-skipped':
      case 'task-resolved-success':
        line.isDone = true;
        line.hasFailed = false;
        line.mayStart = false;
        return;
      case 'undo-skipped':
        // Whatever it was built on may be undone now.
        if (line.isUnderWay) this.#note(event, 'while it is under way');
        line.isDone = false;
        return;
      case 'task-resolved-failed':
        line.hasFailed = true;
        this.#hasJustFailed = true;
        return;
      case 'task-succeeded':
      case 'task-failed':
      case 'task-cancelled':
      case 'task-outcome-unknown':
      case 'task-rolled-back':
      case 'task-rollback-failed':
        this.#endBody(event, line);
    }
  }

  #start(event: Extract<RunEvent, { type: 'task-started' }>, line: Line): void {
    const upstream = this.#scenario.tasks[event.task]?.upstream ?? [];
    if (upstream.some((task) => !this.#line(task).isDone)) this.#note(event, 'before its upstreams are done');
    if (!line.mayStart || line.isUnderWay) this.#note(event, 'though it was not to be started again');
    if (event.attempt !== line.attempts + 1) this.#note(event, `after attempt ${line.attempts}`);
    this.#requireMayStart(event);
    line.attempts = event.attempt;
    line.isUnderWay = true;
    line.mayStart = false;
  }

  /** Nothing new starts while the run is held, or is on its way to its end. */
  #requireMayStart(event: RunEvent): void {
    if (this.#isPaused) this.#note(event, 'while paused');
    if (this.#isCancelled) this.#note(event, 'after the run was cancelled');
    if (this.#isRollingBack) this.#note(event, 'while rolling back');
    if (this.#hasJustFailed && this.#scenario.onFailure !== 'continue') this.#note(event, 'after a failure');
  }

  #endBody(event: Extract<RunEvent, { task: number }>, line: Line): void {
    if (!line.isUnderWay) this.#note(event, 'of what is not under way');
    line.isUnderWay = false;
    line.isCancelling = false;
    if (event.type === 'task-succeeded') line.isDone = true;
    const isRetried = event.type === 'task-failed' && event.retryAtMs !== undefined;
    if (isRetried) line.mayStart = true;
    line.hasFailed = event.type === 'task-cancelled' || (event.type === 'task-failed' && !isRetried);
    this.#hasJustFailed ||= line.hasFailed;
    if (event.type === 'task-rolled-back') line.isDone = false;
  }

  /** Cancelling a run cancels all that is under way, in the same breath. */
  #requireAllCancelled(event: RunEvent): void {
    if (!this.#isBeingCancelled || event.type === 'task-cancelling' || event.type === 'run-cancel-requested') return;
    this.#isBeingCancelled = false;
    if (this.#lines.some((line) => line.isUnderWay && !line.isCancelling)) this.#note(event, 'before all is cancelled');
  }

  #retry(event: RunEvent, task: number): void {
    const line = this.#line(task);
    if (!line.hasFailed) this.#note(event, `of task ${task}, which has not failed`);
    line.hasFailed = false;
    line.mayStart = true;
  }

  /** Whatever was built on a task is undone before it. */
  #requireUndoOrder(event: Extract<RunEvent, { task: number }>): void {
    const dependents = this.#scenario.tasks.flatMap(({ upstream }, task) =>
      upstream.includes(event.task) ? [task] : [],
    );
    if (dependents.some((task) => this.#line(task).isDone || this.#line(task).isUnderWay)) {
      this.#note(event, 'before what was built on it is undone');
    }
  }

  #requireLimits(event: RunEvent): void {
    const underWay = this.#lines.flatMap((line, task) => (line.isUnderWay ? [task] : []));
    if (underWay.length > this.#scenario.concurrency) this.#note(event, `makes ${underWay.length} at a time`);
    for (const [name, size] of Object.entries(limitSizes)) {
      const holders = underWay.filter((task) => this.#scenario.tasks[task]?.limits.includes(name));
      if (holders.length > size) this.#note(event, `makes ${holders.length} hold "${name}"`);
    }
  }

  #line(task: number): Line {
    const line = this.#lines[task];
    if (!line) throw new RangeError(`The scenario has no task ${task}.`);
    return line;
  }

  #note(event: RunEvent, what: string): void {
    const subject = 'task' in event ? ` of task ${event.task}` : '';
    this.violations.push(`event ${this.#eventCount}, ${event.type}${subject}: ${what}`);
  }
}

const statuses = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED'];
const operations = ['EXECUTE', 'RETRY', 'SKIP', 'CANCEL', 'ROLLBACK'];

/** What does not fit the documented shape: ids unique, edges mutual, statuses and operations of the enumerations. */
export function misshapen(info: OcpTaskInfo): readonly string[] {
  const byId = new Map(info.tasks.map((task) => [task.id, task]));
  const wrong: string[] = byId.size === info.tasks.length ? [] : ['ids are not unique'];
  if (!statuses.includes(info.status)) wrong.push(`the run is ${info.status}`);
  for (const task of info.tasks) {
    if (!statuses.includes(task.status)) wrong.push(`task ${task.id} is ${task.status}`);
    if (!operations.includes(task.operation)) wrong.push(`task ${task.id} has the operation ${task.operation}`);
    const isMutual =
      task.upstreams.every((id) => byId.get(id)?.downstreams.includes(task.id)) &&
      task.downstreams.every((id) => byId.get(id)?.upstreams.includes(task.id));
    if (!isMutual) wrong.push(`the edges of task ${task.id} are not mutual`);
  }
  return wrong;
}
