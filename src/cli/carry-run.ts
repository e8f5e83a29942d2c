import { writeFileSync } from 'node:fs';
import { toTaskInfo } from '../ocp/index.ts';
import { durationText } from '../plan/index.ts';
import type { Run } from '../run/index.ts';
import type { RunSnapshot, RunState } from '../state/index.ts';
import type { Store } from '../store/index.ts';
import { PrecedeError } from '../errors/index.ts';
import { cleanLine } from '../text/index.ts';
import { exitCodes } from './exit-codes.ts';
import { goOnLines, type Hosts } from './go-on.ts';
import type { Interrupts } from './interrupts.ts';
import { lastLogLines } from './log-lines.ts';
import { commandName } from './package-root.ts';
import type { Output, Terminal } from './output.ts';
import { runEnd, type RunEnd } from './run-end.ts';
import { showRun, type RunView } from './run-view.ts';
import { besideStore } from './store-place.ts';
import { failureReport, troubledTasks } from './views/failure-report.ts';
import { stateTone } from './views/state-words.ts';
import { stepTable } from './views/steps.ts';
import type { Workshop } from './workshop.ts';

/** What carrying a run to its end needs besides the run. */
export interface Carriage {
  readonly workshop: Workshop;
  readonly storeFile: string;
  /** What the run's workflow is called on the command line. */
  readonly workflow: string;
  readonly hosts: Hosts;
  readonly terminal: Terminal;
  readonly format: 'text' | 'json';
  readonly interrupts: Interrupts;
  /** The end that makes the exit code 0. @default 'SUCCESS' */
  readonly aim?: RunState;
  /** Who asks when the run is cancelled by a signal. */
  readonly by: string | undefined;
  /** Whether a paused run is waited for, which somebody may resume from elsewhere. @default true */
  readonly waitsWhilePaused?: boolean;
  /** What a signal does: cancels the run, or leaves it for whoever recovers it. @default 'cancel' */
  readonly onSignal?: 'cancel' | 'leave';
}

const lastLinesMax = 12;
const ownerOnly = 0o600;
/** Within the ten seconds that service managers and container runtimes give. */
export const leaveDrainMs = 5_000;

/** Shows a run of this process until it ends, says how it ended and where everything is, and answers the exit code. */
export async function carryRun(run: Run, carriage: Carriage): Promise<number> {
  const { workshop, terminal, format, aim = 'SUCCESS' } = carriage;
  const logFile = workshop.keepLog(run.id);
  // With JSON on standard output, whoever watches reads the other stream.
  const watched = format === 'json' ? terminal.err : terminal.out;
  const end = await shownToItsEnd(run, carriage, watched);
  const json = await tellEnd(run, end, { ...carriage, logFile });
  if (format === 'json') terminal.out.write(`${json}\n`);
  return run.state === aim ? exitCodes.done : exitCodes.failed;
}

async function shownToItsEnd(run: Run, carriage: Carriage, watched: Output): Promise<RunEnd> {
  const { workshop, interrupts, waitsWhilePaused = true, onSignal = 'cancel' } = carriage;
  const view = showRun(workshop.engine, run, watched, hints[onSignal]);
  const stop = (): void => void (onSignal === 'cancel' ? cancelRun(run, carriage, view) : leaveRun(carriage, view));
  interrupts.asked.addEventListener('abort', stop);
  if (interrupts.asked.aborted) stop();
  try {
    return await runEnd(workshop.engine, run, { waitsWhilePaused });
  } finally {
    view.end();
    interrupts.asked.removeEventListener('abort', stop);
  }
}

const hints = Object.freeze({
  cancel: 'Ctrl-C cancels the run; twice leaves at once.',
  leave: 'Ctrl-C leaves the run for the next recovery; twice leaves at once.',
});

/** Says how a run ended and where everything is, keeps its JSON beside the store, and answers that JSON. */
export async function tellEnd(
  run: Run,
  end: RunEnd,
  carriage: Carriage & { readonly logFile: string },
): Promise<string> {
  const { storeFile, terminal, format, logFile, aim = 'SUCCESS' } = carriage;
  const watched = format === 'json' ? terminal.err : terminal.out;
  const snapshot = run.snapshot();
  const json = JSON.stringify(toTaskInfo(snapshot), null, 2);
  const jsonFile = besideStore(storeFile, run.id, 'json');
  writeFileSync(jsonFile, `${json}\n`, { mode: ownerOnly });
  watched.lines(summary(snapshot, watched));
  if (snapshot.state !== aim) await tellFailure(run, { snapshot, end }, carriage);
  watched.lines([`  JSON   ${jsonFile}`, `  log    ${logFile}`, `  store  ${storeFile}`]);
  return json;
}

/** What still runs gets a moment to end; the run stays open, and its process lets it go. */
async function leaveRun({ workshop }: Carriage, view: RunView): Promise<void> {
  view.say('Leaving: waiting for what is under way. Once more leaves at once.');
  await workshop.close({ drainMs: leaveDrainMs });
}

async function cancelRun(run: Run, { workshop, by }: Carriage, view: RunView): Promise<void> {
  try {
    view.say(`Cancelling run ${run.id}: waiting for what is under way. Once more leaves at once.`);
    await workshop.engine.cancel(run.id, undefined, by === undefined ? {} : { by });
  } catch (error) {
    view.say(`Not cancelled. ${cleanLine(error instanceof Error ? error.message : String(error))}`);
  }
}

function summary(snapshot: RunSnapshot, output: Output): readonly string[] {
  const { name, id, state, tasks, startedAtMs = 0, finishedAtMs = startedAtMs } = snapshot;
  const done = tasks.filter((task) => task.state === 'SUCCESS' || task.state === 'SKIPPED').length;
  const after = finishedAtMs > startedAtMs ? ` after ${durationText(finishedAtMs - startedAtMs)}` : '';
  const shown = output.paint(stateTone(state), state);
  return ['', `${cleanLine(name)}, run ${id}: ${shown}${after}, ${done} of ${tasks.length} tasks done`];
}

async function tellFailure(
  run: Run,
  { snapshot, end }: { snapshot: RunSnapshot; end: RunEnd },
  carriage: Carriage,
): Promise<void> {
  const { workshop, storeFile, workflow, hosts, terminal } = carriage;
  const { err } = terminal;
  const troubled = troubledTasks(snapshot);
  const lastLines = await linesOf(workshop.store, run.id, troubled);
  err.lines(failureReport({ snapshot, table: stepTable(run.plan), lastLines, paint: err.paint }));
  if (end === 'waits-for-resolve') {
    const error = new PrecedeError('OUTCOME_UNKNOWN', {
      message: `Run ${run.id} cannot go on: whether a task's effect happened could not be found out.`,
      next: 'Look at the host itself, then say how it ended: precede resolve. The run stays open and keeps its claims.',
    });
    err.lines(['', `error[${error.code}]: ${error.message}`, `next: ${error.next ?? ''}`]);
    return;
  }
  if (end === 'paused') {
    err.lines(['', `Run ${run.id} is paused. To let it go on: ${commandName()} resume ${run.id}`]);
    return;
  }
  if (snapshot.state !== 'ROLLED_BACK') err.lines(['', ...goOnLines({ snapshot, storeFile, workflow, hosts })]);
}

async function linesOf(
  store: Store,
  runId: number,
  tasks: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  await store.flush();
  const lines = new Map<number, readonly string[]>();
  for (const task of tasks) lines.set(task, await lastLogLines(store, { runId, task, count: lastLinesMax }));
  return lines;
}
