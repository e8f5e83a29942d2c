import { PrecedeError } from '../../../errors/index.ts';
import type { TaskContext } from '../../../workflow/index.ts';
import { HostSessionError } from '../../host/host-session-error.ts';
import { sh, type ShellCommand } from '../../host/shell-command.ts';
import { pollUntil } from '../../poll.ts';
import { act } from '../on-host.ts';
import { endAllScript, endOneScript, type EndSignal } from './end-script.ts';
import type { StepSite } from './step-site.ts';
import { readStepState, type StepState } from './step-state.ts';

/** How long a command may take to end after each signal, and the host to answer all in all on top of that. */
const ending = Object.freeze({ signalMs: 10_000, graceMs: 30_000, askMs: 15_000 });

/**
 * How long a transaction of the package database is left alone before it gets TERM. Ended in the middle it leaves files
 * that no package owns, and at worst a database that a person has to repair; so what works gets the time to end, which
 * is a minute or two even for a large package on a slow disk. What takes longer than this hangs (a lock, a disk), and a
 * night shift must be able to go on.
 */
export const transactionPatienceMs = 300_000;

/** What else ends with a task. */
export interface EndOptions {
  /** How long a command that runs is left alone before it gets TERM. @default 0 */
  readonly patienceMs?: number;
  /** Done on the host once nothing of the task runs any more; has to be harmless when it was done before. */
  readonly also?: ShellCommand;
}

/**
 * Ends what still runs of all attempts of a task, its undo included, and forgets it: the `end` of a step. One command
 * to the host when nothing runs.
 *
 * @throws HostSessionError with `mayHaveRun` when a command lives on after KILL
 */
export function endSteps(context: TaskContext, site: StepSite, options: EndOptions = {}): Promise<void> {
  return endAll(context, site, { keepsUndo: false, ...options });
}

/**
 * The same for what the task has sent before its undo, with which undo begins: what still runs would bring about again
 * what undo takes away. What an earlier sending of the undo has started is kept, since it is that which is followed.
 */
export function endForwardSteps(context: TaskContext, site: StepSite, options: EndOptions = {}): Promise<void> {
  return endAll(context, site, { keepsUndo: true, ...options });
}

/**
 * Ends the command of a task that was given up, under a deadline of its own, and answers the error that says what became
 * of it. The directory stays, for whoever asks again.
 */
export async function endStep(
  context: TaskContext,
  site: StepSite,
  step: { readonly directory: string; readonly patienceMs: number; readonly cause: unknown },
): Promise<Error> {
  const { directory, patienceMs, cause } = step;
  const script = (signal: EndSignal): ShellCommand => endOneScript(directory, signal);
  try {
    return endedError(await untilEnded(context, site, { script, patienceMs }), site, cause);
  } catch (error) {
    // Another process may have the run, and the command with it.
    await context.throwIfFenced();
    if (error instanceof Error) return outOfReach(site, error);
    throw error;
  }
}

async function endAll(
  context: TaskContext,
  site: StepSite,
  { keepsUndo, patienceMs = 0, also = sh`:` }: EndOptions & { readonly keepsUndo: boolean },
): Promise<void> {
  const script = (signal: EndSignal): ShellCommand => endAllScript(context.token, { signal, keepsUndo, also });
  const state = await untilEnded(context, site, { script, patienceMs });
  if (state.kind === 'running') throw livesOn(site);
}

interface Ending {
  readonly script: (signal: EndSignal) => ShellCommand;
  readonly patienceMs: number;
}

/** Waits, then TERM, then KILL. Answers the last state, which is `running` when all that did not help. */
async function untilEnded(context: TaskContext, site: StepSite, { script, patienceMs }: Ending): Promise<StepState> {
  const signal = AbortSignal.timeout(patienceMs + 2 * ending.signalMs + ending.graceMs);
  const own: TaskContext = { ...context, signal };
  let state = await ask(own, site, script('none'));
  if (state.kind !== 'running') return state;
  if (patienceMs > 0) {
    context.log.warn(
      `A command still runs on host ${String(site.shell.hostId)}; it gets ${patienceMs / 1_000} s to end.`,
    );
    state = await isOverWithin(own, site, { script, timeoutMs: patienceMs });
  }
  for (const kind of ['TERM', 'KILL'] as const) {
    if (state.kind !== 'running') break;
    context.log.warn(`A command still runs on host ${String(site.shell.hostId)}; it gets ${kind}.`);
    await ask(own, site, script(kind));
    state = await isOverWithin(own, site, { script, timeoutMs: ending.signalMs });
  }
  return state;
}

async function isOverWithin(
  context: TaskContext,
  site: StepSite,
  { script, timeoutMs }: Pick<Ending, 'script'> & { readonly timeoutMs: number },
): Promise<StepState> {
  const endsAtMs = performance.now() + timeoutMs;
  return await pollUntil<StepState>({
    what: `the end of a command on host ${String(site.shell.hostId)}`,
    timeoutMs: timeoutMs + ending.graceMs,
    intervalMs: Math.min(site.services.pollIntervalMs, 250),
    signal: context.signal,
    probe: async () => {
      const state = await ask(context, site, script('none'));
      return state.kind === 'running' && performance.now() < endsAtMs
        ? { waiting: 'it is still running' }
        : { done: state };
    },
  });
}

async function ask(context: TaskContext, site: StepSite, command: ShellCommand): Promise<StepState> {
  const { stdout } = await act(context, site, command, { timeoutMs: ending.askMs, isRepeatable: true, isQuiet: true });
  const state = readStepState(stdout);
  if (state) return state;
  throw new PrecedeError('HOST_ANSWER_UNREADABLE', {
    message: `Host ${String(site.shell.hostId)} does not say what has become of a command.`,
    next: 'Look into ~/.precede/steps on the host.',
    details: { hostId: site.shell.hostId, answer: stdout.slice(0, 500) },
  });
}

function endedError(state: StepState, site: StepSite, cause: unknown): Error {
  if (state.kind === 'running') return livesOn(site);
  const { hostId } = site.shell;
  const exitStatus = state.kind === 'ended' ? state.exitStatus : null;
  const how = { ended: `with exit status ${exitStatus ?? ''}`, lost: 'without an exit status' };
  const was =
    state.kind === 'ended' || state.kind === 'lost' ? `and has ended ${how[state.kind]}` : 'before it was started';
  return new PrecedeError('COMMAND_ENDED', {
    message: `A command on host ${String(hostId)} was given up ${was}.`,
    next: 'Nothing of it runs any more; retry, or roll back.',
    details: { hostId, exitStatus },
    cause,
  });
}

function livesOn({ shell: { hostId } }: StepSite): HostSessionError {
  return new HostSessionError('SSH_ABORTED', {
    hostId,
    message: `A command on host ${String(hostId)} still runs after it was told to end.`,
    next: 'Look into ~/.precede/steps on the host, end what stands in "start" there, then retry.',
    mayHaveRun: true,
  });
}

/** The host cannot be asked about a command that may run there. */
export function outOfReach({ shell: { hostId } }: StepSite, error: Error): HostSessionError {
  return new HostSessionError('SSH_ABORTED', {
    hostId,
    message: `A command on host ${String(hostId)} may still run there, and the host cannot be asked: ${error.message}`,
    mayHaveRun: true,
  });
}
