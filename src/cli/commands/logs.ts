import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../../run/index.ts';
import { isSettledRun } from '../../state/index.ts';
import type { KeptLogLine, Store } from '../../store/index.ts';
import { cleanLines } from '../../text/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { catchInterrupts } from '../interrupts.ts';
import { logPages } from '../log-lines.ts';
import type { Output } from '../output.ts';
import { readRun, runNumber, taskIndex } from '../run-argument.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';
import { AttemptMarks } from '../views/attempt-marks.ts';
import { clockText } from '../views/clock-text.ts';
import { stepTable, taskTitle, type StepTable } from '../views/steps.ts';

interface LogsFlags {
  readonly store?: string;
  readonly follow?: true;
  readonly format: 'text' | 'json';
}

const lookMs = 250;

/** Adds `precede logs`. */
export function addLogsCommand({ command, terminal }: CommandTools): void {
  command
    .description(
      'Prints what the tasks of a run logged, or one task, given by its key or its number, with a line where each attempt ' +
        'begins and where it ends.',
    )
    .option('--follow', 'go on printing until the run ends');
  withStoreFlag(command);
  withFormat(command, ['text', 'json']);
  command.addHelpText('after', examples);
  command.action((run: string, task: string | undefined, flags: LogsFlags) =>
    printLogs({ run, task, flags }, terminal.out),
  );
}

const examples = `
Examples:
  precede logs 1
  precede logs 1 8 --follow
  precede logs 1 "host:2/Install rpm" --format json   (one JSON object a line)`;

interface LogsRequest {
  readonly run: string;
  readonly task: string | undefined;
  readonly flags: LogsFlags;
}

async function printLogs({ run: given, task, flags }: LogsRequest, out: Output): Promise<void> {
  const id = runNumber(given);
  const store = openExistingStore(storePath(flags.store));
  const interrupts = catchInterrupts();
  const enough = AbortSignal.any([interrupts.asked, out.gone]);
  try {
    const log = new TaskLog(store, await readRun(store, id), { task, format: flags.format });
    for (;;) {
      const wasOver = await log.look();
      await log.print(out, enough);
      if (!flags.follow || wasOver || enough.aborted) break;
      await pause(lookMs, undefined, { signal: enough }).catch(() => undefined);
    }
    if (!enough.aborted) log.end(out);
  } finally {
    interrupts.stop();
    await store.close();
  }
}

/** The log of a run, or of one of its tasks, as far as it was printed. */
class TaskLog {
  readonly #store: Store;
  readonly #run: Run;
  readonly #task: number | undefined;
  readonly #style: LineStyle;
  readonly #marks: AttemptMarks | undefined;
  #after = 0;

  constructor(store: Store, run: Run, { task, format }: { task: string | undefined; format: 'text' | 'json' }) {
    this.#store = store;
    this.#run = run;
    this.#task = task === undefined ? undefined : taskIndex(run, task);
    this.#style = { run, table: stepTable(run.plan), format };
    // The attempts of several tasks lie side by side; their lines say which they belong to.
    this.#marks = this.#task === undefined || format === 'json' ? undefined : new AttemptMarks(this.#task);
  }

  /** Looks at the run; what it has logged until then is printed next. @returns whether it is over */
  async look(): Promise<boolean> {
    const stored = await this.#store.readRun(this.#run.id);
    this.#marks?.look(stored?.events ?? []);
    return isSettledRun(stored?.state ?? this.#run.state);
  }

  async print(out: Output, enough: AbortSignal): Promise<void> {
    const only = this.#task === undefined ? {} : { task: this.#task };
    for await (const page of logPages(this.#store, { runId: this.#run.id, ...only, after: this.#after })) {
      out.lines(page.flatMap((line) => [...(this.#marks?.before(line.atMs) ?? []), ...linesOf(line, this.#style)]));
      this.#after = page.at(-1)?.sequence ?? this.#after;
      if (enough.aborted) return;
    }
  }

  end(out: Output): void {
    out.lines(this.#marks?.rest() ?? []);
  }
}

interface LineStyle {
  readonly run: Run;
  readonly table: StepTable;
  readonly format: 'text' | 'json';
}

function linesOf(line: KeptLogLine, { run, table, format }: LineStyle): readonly string[] {
  const { task, atMs, level, text, attempt } = line;
  if (format === 'json') return [JSON.stringify({ ...line, task: task + 1, key: run.plan.tasks[task]?.key ?? '' })];
  const again = attempt > 1 ? ` attempt ${attempt}` : '';
  const mark = level === 'output' ? '|' : level === 'warn' ? 'warning:' : '';
  const head = `${clockText(atMs)}  ${taskTitle(table, task)}${again}  ${mark}`.trimEnd();
  return cleanLines(text).map((part) => `${head} ${part}`);
}
