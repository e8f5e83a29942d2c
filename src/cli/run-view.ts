import type { PlanShape } from '../plan/index.ts';
import type { Engine, Run } from '../run/index.ts';
import { isInFlight, type RunSnapshot } from '../state/index.ts';
import { cleanLine } from '../text/index.ts';
import type { Output } from './output.ts';
import { openScreen } from './screen.ts';
import { liveLines } from './views/live-view.ts';
import { plainLine, slowLine, slowText } from './views/plain-lines.ts';
import { stepTable, taskTitle } from './views/steps.ts';

/** Shows a run while it goes on. */
export interface RunView {
  /** Says something to whoever watches, without breaking what is drawn. */
  readonly say: (text: string) => void;
  /** Shows how it stands now for the last time. Safe twice. */
  readonly end: () => void;
}

/** What there is to look at. */
export interface ViewedRun {
  readonly plan: PlanShape;
  snapshot(): RunSnapshot;
}

const redrawMs = 100;
/** Drawing takes at most this share of the time: 1 part in 20. */
const restShare = 20;

/** Shows a run of this engine: redrawn in place for a person at a terminal, else a line a change. */
export function showRun(engine: Engine, run: Run, output: Output, hint: string): RunView {
  if (!output.isLive) return plainView(engine, run, output);
  const progress = new Map<number, string>();
  const stop = engine.on('progress', ({ runId, task, fraction, text }) => {
    if (runId !== run.id) return;
    progress.set(task.index, `${Math.round(fraction * 100)} % ${cleanLine(text)}`.trimEnd());
  });
  const slow = slowTasks(engine, run);
  const view = liveView(run, output, { progress, hint, warning: slow.last });
  return {
    say: view.say,
    end: () => {
      stop();
      slow.stop();
      view.end();
    },
  };
}

/** The tasks under way that take much longer than estimated; `last` says so of the one that was warned of last. */
function slowTasks(engine: Engine, run: Run): { readonly last: () => string | undefined; readonly stop: () => void } {
  const table = stepTable(run.plan);
  const texts = new Map<number, string>();
  const stops = [
    engine.on('warning', (notice) => {
      texts.set(notice.task.index, `${taskTitle(table, notice.task.index)} ${slowText(notice)}`);
    }),
    engine.on('task', ({ task, to }) => {
      if (!isInFlight(to)) texts.delete(task.index);
    }),
  ];
  return { last: () => [...texts.values()].at(-1), stop: () => stops.forEach((stop) => stop()) };
}

interface LiveOptions {
  readonly progress?: ReadonlyMap<number, string>;
  /** The line below, until something else is said. */
  readonly hint: string;
  /** What stands there instead as long as there is something to warn of and nothing else was said. */
  readonly warning?: () => string | undefined;
}

/** Redraws a run in place until it is ended, more rarely when drawing takes long. */
export function liveView(
  run: ViewedRun,
  output: Output,
  { progress = new Map(), hint, warning }: LiveOptions,
): RunView {
  const table = stepTable(run.plan);
  const screen = openScreen(output);
  let said: string | undefined;
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const foot = isEnded ? undefined : (said ?? warning?.() ?? hint);
    const size = { columns: Math.max(1, output.columns() - 1), rows: output.rows() };
    const instant = { snapshot: run.snapshot(), table, nowMs: Date.now() };
    const lines = liveLines({
      ...instant,
      ...size,
      progress,
      paint: output.paint,
      ...(foot === undefined ? {} : { hint: foot }),
    });
    screen.draw(lines);
  };
  const redraw = (): void => {
    const startedMs = performance.now();
    draw();
    timer = setTimeout(redraw, Math.max(redrawMs, restShare * (performance.now() - startedMs)));
  };
  redraw();
  return {
    say: (text) => {
      said = text;
    },
    end: () => {
      if (isEnded) return;
      isEnded = true;
      clearTimeout(timer);
      draw();
      screen.end();
    },
  };
}

function plainView(engine: Engine, run: Run, output: Output): RunView {
  const table = stepTable(run.plan);
  const startedAtMs = new Map<number, number>();
  const stopWarnings = engine.on('warning', ({ task, ...slow }) => {
    output.lines([slowLine({ ...slow, task: task.index }, table, output.paint)]);
  });
  const stop = engine.on('task', ({ task: { index }, to, atMs, attempt, error, retryAtMs }) => {
    if (to === 'RUNNING' || to === 'ROLLING_BACK') startedAtMs.set(index, atMs);
    const step = { task: index, to, atMs, attempt, error, retryAtMs, startedAtMs: startedAtMs.get(index) };
    const line = plainLine(step, table, output.paint);
    if (line !== undefined) output.lines([line]);
  });
  const end = (): void => {
    stop();
    stopWarnings();
  };
  return { say: (text) => output.lines([text]), end };
}
