import { durationText } from '../../plan/index.ts';
import type { NamedTask, SlotUse, StandingTask, WaitReason } from '../../state/index.ts';
import { cleanLine } from '../../text/index.ts';
import { dateText } from './clock-text.ts';
import { taskTitle, type StepTable } from './steps.ts';
import { unreachable } from './unreachable.ts';

/** What a reason is told against. */
export interface WhyView {
  readonly runId: number;
  readonly table: StepTable;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

type ReasonOf<Kind extends WaitReason['kind']> = Extract<WaitReason, { readonly kind: Kind }>;

const namedMax = 4;

/** Why a task does not run, as one line for people. */
export function whyText(view: WhyView, reason: WaitReason): string {
  switch (reason.kind) {
    case 'running':
      return runningText(view, reason);
    case 'settled':
      return `waits for nothing: it is ${reason.state}${errorText(reason)}`;
    case 'unknown':
      return `waits to be resolved: whether its effect happened is not known${errorText(reason)}`;
    case 'run-ended':
      return endText(view, reason);
    case 'left-alone':
      return 'never ran, so the rollback leaves it alone';
    case 'downstreams':
      return `its undo waits for that of ${listText(view, reason.downstreams)}${brokenText(view, reason)}`;
    case 'stopped':
      return `is not started any more: ${cleanLine(reason.why)}`;
    case 'cancelled':
      return `is not started: the run is being cancelled by ${cleanLine(reason.by)} since ${dateText(reason.sinceMs)}`;
    case 'upstreams':
      return `waits for ${listText(view, reason.upstreams)}${brokenText(view, reason)}`;
    case 'failure':
      return `is not started: ${standingText(view, reason.failed)} is in the way (policy ${reason.policy})`;
    case 'paused':
      return pausedText(reason);
    case 'backoff':
      return backoffText(view, reason);
    case 'starting':
      return 'is about to start';
    case 'limit':
      return limitText(view, reason);
    case 'slot':
      return slotText(reason.slots);
    default:
      return unreachable(reason);
  }
}

function runningText({ nowMs }: WhyView, { state, attempt, sinceMs }: ReasonOf<'running'>): string {
  const what = state === 'ROLLING_BACK' ? 'its undo is under way' : `is ${state}, attempt ${attempt}`;
  return sinceMs === undefined ? what : `${what}, for ${durationText(Math.max(0, nowMs - sinceMs))}`;
}

function endText(view: WhyView, { state, by, brokenBy }: ReasonOf<'run-ended'>): string {
  const how = by === undefined ? `the run ended ${state}` : `the run was cancelled by ${cleanLine(by)}`;
  const needed = brokenBy ? `; it needs ${standingText(view, brokenBy)}` : '';
  return `never started: ${how}${needed}`;
}

function pausedText({ by, sinceMs }: ReasonOf<'paused'>): string {
  const who = by === undefined ? '' : ` by ${cleanLine(by)}`;
  return `the run is paused${who}${sinceMs === undefined ? '' : ` since ${dateText(sinceMs)}`}`;
}

function backoffText({ nowMs }: WhyView, reason: ReasonOf<'backoff'>): string {
  const { untilMs, attempt } = reason;
  const when = untilMs > nowMs ? `, in ${durationText(untilMs - nowMs)}` : '';
  return `waits for attempt ${attempt}, due at ${dateText(untilMs)}${when}${errorText(reason)}`;
}

function limitText(view: WhyView, { limit, size, holders, isWhole }: ReasonOf<'limit'>): string {
  const named = holders.slice(0, namedMax).map((holder) => holderText(view, holder));
  const held = `held by ${named.join(', ')}${moreText(holders.length)}`;
  const full = `waits for the limit ${cleanLine(limit)}`;
  if (!isWhole) return `${full}, ${held}; who of other runs holds it is known only where the run runs`;
  return `${full}, which is full (${holders.length} of ${size ?? holders.length}): ${held}`;
}

function holderText(view: WhyView, { runId, key, number }: NamedTask & { readonly runId: number }): string {
  return runId === view.runId ? titleOf(view, { key, number }) : `${cleanLine(key)} of run ${runId}`;
}

function slotText(slots: SlotUse): string {
  if (slots.of === 'unknown')
    return 'waits for a free slot, or for a limit that other runs hold: which of them is known only where the run runs';
  const inUse = slots.size === undefined ? `${slots.inUse}` : `${slots.inUse} of ${slots.size}`;
  if (slots.of === 'engine') return `waits for a free slot: ${inUse} are in use`;
  const state = slots.isPaused ? 'which is paused' : `in which ${slots.waiting} wait`;
  return `waits in the host program's queue, ${state}: ${inUse} are in use`;
}

function listText(view: WhyView, tasks: readonly StandingTask[]): string {
  const named = tasks.slice(0, namedMax).map((task) => standingText(view, task));
  return `${named.join(', ')}${moreText(tasks.length)}`;
}

function moreText(count: number): string {
  return count > namedMax ? ` and ${count - namedMax} more` : '';
}

/** Said only of what does not stand in the list anyway. */
function brokenText(view: WhyView, reason: ReasonOf<'upstreams' | 'downstreams'>): string {
  const { brokenBy } = reason;
  const [first] = reason.kind === 'upstreams' ? reason.upstreams : reason.downstreams;
  if (!brokenBy || first?.number === brokenBy.number) return '';
  return `; held up by ${standingText(view, brokenBy)}`;
}

function standingText(view: WhyView, task: StandingTask): string {
  return `${titleOf(view, task)}, ${task.state}`;
}

function titleOf({ table }: WhyView, { number, key }: NamedTask): string {
  const title = taskTitle(table, number - 1);
  return title === '' ? cleanLine(key) : title;
}

function errorText({ error }: { readonly error?: { readonly code: string; readonly message: string } }): string {
  return error ? `: [${cleanLine(error.code)}] ${cleanLine(error.message)}` : '';
}
