import { durationText } from '../duration-text.ts';
import type { Fact } from './page-data.ts';
import type { Told } from './task-details.ts';

/** The figures at the top of a page: what became of the run, what is planned, what a dry run found out. O(tasks). */
export function figuresOf(told: Told): readonly Fact[] {
  return [...runFigures(told), ...planFigures(told), ...findingFigures(told)];
}

function runFigures({ facts: { actual } }: Told): readonly Fact[] {
  if (!actual) return [];
  const { state, startedAtMs, finishedAtMs } = actual;
  const hasEnded = startedAtMs !== undefined && finishedAtMs !== undefined;
  return [['state', state], ...(hasEnded ? [['took', durationText(finishedAtMs - startedAtMs)] as const] : [])];
}

function planFigures({ plan, estimate, facts }: Told): readonly Fact[] {
  const most = estimate.concurrency === Infinity ? '' : ` of ${estimate.concurrency}`;
  return [
    [facts.actual ? 'planned' : 'estimated', durationText(estimate.makespanMs)],
    ['critical path', durationText(estimate.criticalPathMs)],
    ['tasks', plan.tasks.length.toLocaleString('en')],
    ['waves', estimate.waveCount.toLocaleString('en')],
    ['at a time, at most', `${estimate.peakConcurrency}${most}`],
    ['irreversible', String(estimate.pointOfNoReturn?.irreversible.length ?? 0)],
  ];
}

function findingFigures({ plan, facts: { finding } }: Told): readonly Fact[] {
  if (!finding) return [];
  const found = Map.groupBy(plan.tasks.keys(), (task) => finding(task)?.kind);
  const count = (kind: 'done' | 'needed' | 'unknown'): string => (found.get(kind)?.length ?? 0).toLocaleString('en');
  return [
    ['done already', count('done')],
    ['needed', count('needed')],
    ['unknown', count('unknown')],
  ];
}
