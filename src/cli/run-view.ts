import type { PlanShape } from '../plan/index.ts';
import type { Engine, Run } from '../run/index.ts';
import type { RunSnapshot } from '../state/index.ts';
import type { Output } from './output.ts';
import { openScreen } from './screen.ts';
import { cleanLine } from './views/clean-text.ts';
import { liveLines } from './views/live-view.ts';
import { plainLine } from './views/plain-lines.ts';
import { stepTable } from './views/steps.ts';

/** Shows a run while it goes on. */
export interface RunView {
  /** Shows how it stands now for the last time. Safe twice. */
  end(): void;
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
export function showRun(engine: Engine, run: Run, output: Output, hint?: string): RunView {
  if (!output.isLive) return plainView(engine, run, output);
  const progress = new Map<number, string>();
  const stop = engine.on('progress', ({ task, fraction, text }) => {
    progress.set(task.index, `${Math.round(fraction * 100)} % ${cleanLine(text)}`.trimEnd());
  });
  const view = liveView(run, output, { progress, ...(hint === undefined ? {} : { hint }) });
  return {
    end: () => {
      stop();
      view.end();
    },
  };
}

/** Redraws a run in place until it is ended, more rarely when drawing takes long. */
export function liveView(
  run: ViewedRun,
  output: Output,
  { progress = new Map(), hint }: { progress?: ReadonlyMap<number, string>; hint?: string } = {},
): RunView {
  const table = stepTable(run.plan);
  const screen = openScreen(output);
  let timer: NodeJS.Timeout | undefined;
  const draw = (isLast: boolean): void => {
    const size = { columns: Math.max(1, output.columns() - 1), rows: output.rows() };
    const foot = isLast || hint === undefined ? {} : { hint };
    const instant = { snapshot: run.snapshot(), table, nowMs: Date.now() };
    screen.draw(liveLines({ ...instant, ...size, ...foot, progress, paint: output.paint }));
  };
  const redraw = (): void => {
    const startedMs = performance.now();
    draw(false);
    timer = setTimeout(redraw, Math.max(redrawMs, restShare * (performance.now() - startedMs)));
  };
  redraw();
  let isEnded = false;
  return {
    end: () => {
      if (isEnded) return;
      isEnded = true;
      clearTimeout(timer);
      draw(true);
      screen.end();
    },
  };
}

function plainView(engine: Engine, run: Run, output: Output): RunView {
  const table = stepTable(run.plan);
  const startedAtMs = new Map<number, number>();
  const stop = engine.on('task', ({ task: { index }, to, atMs, attempt, error, retryAtMs }) => {
    if (to === 'RUNNING' || to === 'ROLLING_BACK') startedAtMs.set(index, atMs);
    const step = { task: index, to, atMs, attempt, error, retryAtMs, startedAtMs: startedAtMs.get(index) };
    const line = plainLine(step, table, output.paint);
    if (line !== undefined) output.lines([line]);
  });
  return { end: stop };
}
