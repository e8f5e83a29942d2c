import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../../run/index.ts';
import { isSettledRun } from '../../state/index.ts';
import type { KeptLogLine } from '../../store/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { catchInterrupts } from '../interrupts.ts';
import { logPages } from '../log-lines.ts';
import type { Output } from '../output.ts';
import { readRun, runNumber, taskIndex } from '../run-argument.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';
import { cleanLines } from '../views/clean-text.ts';
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
    .description('Prints what the tasks of a run logged, or one task, given by its key or its number.')
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
    let run = await readRun(store, id);
    const only = task === undefined ? {} : { task: taskIndex(run, task) };
    const table = stepTable(run.plan);
    let after = 0;
    for (;;) {
      const wasOver = isSettledRun(run.state);
      for await (const page of logPages(store, { runId: id, ...only, after })) {
        out.lines(page.flatMap((line) => linesOf(line, { run, table, format: flags.format })));
        after = page.at(-1)?.sequence ?? after;
        if (enough.aborted) return;
      }
      if (!flags.follow || wasOver || enough.aborted) return;
      await pause(lookMs, undefined, { signal: enough }).catch(() => undefined);
      run = await readRun(store, id);
    }
  } finally {
    interrupts.stop();
    await store.close();
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
