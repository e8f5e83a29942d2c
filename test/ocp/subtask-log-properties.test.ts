import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toSubtaskLog, type SubtaskLogLine } from '../../src/ocp/index.ts';
import { attemptSpans, type RunEvent } from '../../src/state/index.ts';
import { graphs, legalEvents } from '../state/legal-events.ts';

const beginnings = new Set([
  'task-started',
  'task-rollback-started',
  'task-skipped',
  'undo-skipped',
  'task-cancelling',
]);

/** The words that an end is told with; nobody knows of an UNKNOWN one. */
const words: Readonly<Partial<Record<RunEvent['type'], string>>> = {
  'task-succeeded': 'SUCCESSFUL',
  'task-resolved-success': 'SUCCESSFUL',
  'task-skipped': 'SUCCESSFUL',
  'undo-skipped': 'SUCCESSFUL',
  'task-failed': 'FAILED',
  'task-cancelled': 'FAILED',
  'task-resolved-failed': 'FAILED',
  'task-rollback-failed': 'FAILED',
  'task-rolled-back': 'PENDING',
};

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('############EXECUTE', 'a\n############ROLLBACK2021', '\r\u202e\u001b[2J\u0085', '', '\n\n'),
);

it('has, whatever happened to a run, one separator for each beginning, ends as its journal says, and obeys nobody', () => {
  const lines = fc.array(
    fc.record({
      atMs: fc.nat(80),
      attempt: fc.nat(5),
      level: fc.constantFrom<SubtaskLogLine['level']>('debug', 'info', 'warn', 'output'),
      text: texts,
    }),
    { maxLength: 20 },
  );
  const names = fc.record({ name: texts, key: texts, by: texts });
  fc.assert(
    fc.property(graphs(), fc.array(fc.nat(), { maxLength: 80 }), lines, names, (upstreams, choices, kept, given) => {
      const { name, key, by } = given;
      const events = legalEvents(upstreams, choices).map((event) => ('by' in event ? { ...event, by } : event));
      const context = { stringMap: { [key]: name }, listMap: { [name]: [key] } };
      for (const index of upstreams.keys()) {
        const task = { index, id: 100 + index, name, key, parallelIdx: -1 };
        const log = toSubtaskLog({ run: { id: 7, context, utcOffsetMinutes: 0 }, task, events, lines: kept });
        const own = events.filter((event) => 'task' in event && event.task === index);
        expect(log).not.toMatch(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
        expect(log.match(/^####/gm)?.length ?? 0).toBe(own.filter(({ type }) => beginnings.has(type)).length);
        expect(lastWordOf(log)).toBe(own.map(({ type }) => words[type]).findLast((word) => word !== undefined));
        const last = attemptSpans(index, events).at(-1);
        const isSet = last?.end && (last.end.state !== 'UNKNOWN' || last.resolution);
        if (isSet) expect(log.trimEnd().split('\n').at(-1)).toMatch(/: operation \w+, state \w+$/);
        if (last?.operation === 'SKIP') expect(log).toMatch(/operation SKIP, state SUCCESSFUL\n$/);
      }
    }),
    { numRuns: 150 },
  );
});

/** The state that was set last. */
function lastWordOf(log: string): string | undefined {
  return [...log.matchAll(/^\S.*precede\.engine : Set state of subtask \d+: operation \w+, state (\w+)$/gm)].at(
    -1,
  )?.[1];
}
