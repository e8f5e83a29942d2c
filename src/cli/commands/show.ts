import { Option } from 'commander';
import { setTimeout as pause } from 'node:timers/promises';
import { toTaskInfo } from '../../ocp/index.ts';
import type { Run, WaitingTask } from '../../run/index.ts';
import { isSettledRun, type RunEvent } from '../../state/index.ts';
import type { Store, StoredRun } from '../../store/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { catchInterrupts } from '../interrupts.ts';
import type { Output } from '../output.ts';
import { readJournal, readRun, runNumber, runOf, taskIndex } from '../run-argument.ts';
import { liveView } from '../run-view.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';
import { plainChanges } from '../views/plain-lines.ts';
import { runPage } from '../views/run-page.ts';
import { runStory } from '../views/run-story.ts';
import { stepTable } from '../views/steps.ts';
import { whyJson, whyPage } from '../views/why-page.ts';

interface ShowFlags {
  readonly store?: string;
  readonly watch?: true;
  readonly why?: true | string;
  readonly story?: true;
  readonly format: 'text' | 'json';
}

const lookMs = 250;
const storyMax = 30;

/** Adds `precede show`. */
export function addShowCommand({ command, terminal }: CommandTools): void {
  command
    .description(
      'Shows a run, its tasks, and what has happened to it: who did what when, and what went wrong. As JSON, the run ' +
        'in the documented shape.',
    )
    .option('--watch', 'go on showing it until it ends');
  const why = new Option('--why [task]', 'say why its tasks wait: all, or one by its key or number');
  command.addOption(why.conflicts(['watch', 'story']));
  command.addOption(new Option('--story', 'only what has happened, with every start and end').conflicts('watch'));
  withStoreFlag(command);
  withFormat(command, ['text', 'json']);
  command.addHelpText('after', examples);
  command.action(async (given: string, flags: ShowFlags) => {
    const id = runNumber(given);
    const store = openExistingStore(storePath(flags.store));
    try {
      const output = flags.format === 'json' ? terminal.err : terminal.out;
      if (flags.watch) await watch(store, await readRun(store, id), output);
      // What was watched at a terminal stands there already.
      const isShown = flags.watch && flags.format === 'text' && terminal.out.isLive;
      if (!isShown) terminal.out.lines(linesOf(await readJournal(store, id), flags, terminal.out));
    } finally {
      await store.close();
    }
  });
}

const examples = `
Examples:
  precede show 1
  precede show 1 --watch
  precede show 1 --story
  precede show 1 --why
  precede show 1 --why "host:2/Install rpm"
  precede show 1 --store runs.db --format json`;

/** All of it from one look at the store, so that the page and the story are about the same instant. */
function linesOf(stored: StoredRun, flags: ShowFlags, out: Output): readonly string[] {
  const run = runOf(stored);
  if (flags.why !== undefined) return whyLines(run, flags, out);
  if (flags.story) return storyLines(run, stored.events, flags.format);
  if (flags.format === 'json') return [JSON.stringify(toTaskInfo(run), null, 2)];
  return [...pageOf(run, out), ...latestStory(run, stored.events)];
}

/** The record tells it, whichever process has the run. */
function whyLines(run: Run, { why, format }: ShowFlags, { paint }: Output): readonly string[] {
  const tasks = typeof why === 'string' ? [oneTask(run, why)] : run.waiting();
  const nowMs = Date.now();
  if (format === 'json') return [JSON.stringify(whyJson(run, tasks, nowMs), null, 2)];
  return whyPage(run, tasks, { nowMs, paint });
}

function storyLines(run: Run, events: readonly RunEvent[], format: 'text' | 'json'): readonly string[] {
  if (format === 'text') return runStory(events, stepTable(run.plan), { all: true });
  return [
    JSON.stringify(
      events.map((event) => eventJson(event, run)),
      null,
      2,
    ),
  ];
}

/** As it is recorded, with its tasks by number and key. */
function eventJson(event: RunEvent, { plan }: Run): object {
  const named = (task: number): object => ({ number: task + 1, key: plan.tasks[task]?.key ?? '' });
  return {
    ...event,
    ...('task' in event ? { task: named(event.task) } : {}),
    ...('tasks' in event ? { tasks: event.tasks.map(named) } : {}),
  };
}

/** What a page has room for. */
function latestStory(run: Run, events: readonly RunEvent[]): readonly string[] {
  const story = runStory(events, stepTable(run.plan));
  const earlier = story.length - storyMax;
  return [
    '',
    ...(earlier > 0 ? [`… ${earlier} earlier: precede show ${run.id} --story`] : []),
    ...story.slice(-storyMax),
  ];
}

function oneTask(run: Run, given: string): WaitingTask {
  const index = taskIndex(run, given);
  const { key = '', state = 'PENDING' } = run.snapshot().tasks[index] ?? {};
  return { number: index + 1, key, state, reason: run.why(index + 1) };
}

function pageOf(run: Run, { paint }: Output): readonly string[] {
  const table = stepTable(run.plan);
  return runPage({ header: run.header, snapshot: run.snapshot(), table, nowMs: Date.now(), paint });
}

/** Looks at the store again and again, until the run has ended or somebody has seen enough. */
async function watch(store: Store, first: Run, output: Output): Promise<void> {
  const interrupts = catchInterrupts();
  const enough = AbortSignal.any([interrupts.asked, output.gone]);
  const table = stepTable(first.plan);
  let run = first;
  const view = output.isLive
    ? liveView({ plan: first.plan, snapshot: () => run.snapshot() }, output, { hint: 'Ctrl-C stops watching.' })
    : undefined;
  try {
    while (!isSettledRun(run.state) && !enough.aborted) {
      await pause(lookMs, undefined, { signal: enough }).catch(() => undefined);
      const before = run;
      run = await readRun(store, first.id);
      if (!view) output.lines(plainChanges(before.snapshot(), run.snapshot(), { table, paint: output.paint }));
    }
  } finally {
    view?.end();
    interrupts.stop();
  }
}
