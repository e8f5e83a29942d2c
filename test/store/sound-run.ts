import type { RunEvent } from '../../src/state/index.ts';
import type { NewRun } from '../../src/store/index.ts';
import { createdAtMs, newRun } from '../contract/store/runs.ts';

const plan = [
  { key: 'a', name: 'a', estimateMs: 1, upstream: [] },
  { key: 'b', name: 'b', estimateMs: 1, upstream: [0] },
];

/** A run whose journal can be replayed: two tasks, the second after the first. */
export function soundRun(request: Partial<NewRun> = {}): NewRun {
  return newRun({ taskCount: 2, ...request, fields: { plan } });
}

/** What brings such a run to its end. */
export function settledEvents(): readonly RunEvent[] {
  const atMs = createdAtMs + 10;
  return [
    ...[0, 1].flatMap((task): readonly RunEvent[] => [
      { type: 'task-started', task, attempt: 1, atMs },
      { type: 'task-succeeded', task, output: { task }, atMs },
    ]),
    { type: 'run-settled', state: 'SUCCESS', atMs },
  ];
}
