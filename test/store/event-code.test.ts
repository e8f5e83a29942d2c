import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent, RunEventType } from '../../src/state/index.ts';
import { checksumOf, decodeEvent, encodeEvent } from '../../src/store/sqlite/event-code.ts';

const hostile: readonly unknown[] = ['\0', '\ud800', '__proto__', -0, JSON.parse('{"__proto__":{"a":1}}'), [[], {}]];
const json = fc.oneof(fc.jsonValue({ maxDepth: 3, depthSize: 'small' }), fc.constantFrom(...hostile));
const time = fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
const error = fc.record({ code: fc.string(), message: fc.string(), details: fc.dictionary(fc.string(), json) });

const fields = {
  task: fc.nat(),
  ...{ attempt: fc.nat(), output: json, error, by: fc.oneof(fc.string(), fc.constant('__proto__')) },
  ...{ state: fc.constantFrom('SUCCESS', 'FAILED', 'CANCELLED'), fingerprint: fc.string() },
  ...{ tasks: fc.array(fc.nat()), retryAtMs: time, atMs: time, isAdopted: fc.constant(true) },
  traceId: fc.string(),
};
type Field = keyof typeof fields;

/** The fields of every type, in the order in which events have them. */
const typed: Readonly<Record<RunEventType, readonly Field[]>> = {
  'run-started': ['by', 'atMs', 'traceId'],
  'run-paused': ['by', 'atMs', 'traceId'],
  'run-resumed': ['by', 'atMs', 'traceId'],
  'run-cancel-requested': ['by', 'atMs', 'traceId'],
  'run-rollback-started': ['tasks', 'by', 'atMs', 'traceId'],
  'run-settled': ['state', 'atMs'],
  'changes-accepted': ['fingerprint', 'by', 'atMs', 'traceId'],
  'task-started': ['task', 'attempt', 'atMs'],
  'task-succeeded': ['task', 'output', 'atMs', 'isAdopted'],
  'task-failed': ['task', 'error', 'atMs', 'retryAtMs'],
  'task-cancelling': ['task', 'by', 'atMs', 'traceId'],
  'task-cancelled': ['task', 'error', 'atMs'],
  'task-outcome-unknown': ['task', 'error', 'atMs'],
  'tasks-retried': ['tasks', 'by', 'atMs', 'traceId'],
  'task-skipped': ['task', 'by', 'atMs', 'output', 'traceId'],
  'task-resolved-success': ['task', 'output', 'by', 'atMs', 'traceId'],
  'task-resolved-failed': ['task', 'error', 'by', 'atMs', 'traceId'],
  'task-rollback-started': ['task', 'atMs'],
  'task-rolled-back': ['task', 'atMs'],
  'task-rollback-failed': ['task', 'error', 'atMs', 'retryAtMs'],
  'undos-retried': ['tasks', 'by', 'atMs', 'traceId'],
  'undo-skipped': ['task', 'by', 'atMs', 'traceId'],
};

/** As it comes back from JSON, which is what a store promises. */
function eventOf(type: string, names: readonly string[], values: Readonly<Record<string, unknown>>): RunEvent {
  const given = Object.fromEntries(names.map((name) => [name, values[name]]));
  return JSON.parse(JSON.stringify({ type, ...given })) as RunEvent;
}

describe('a recorded event', () => {
  it.each(Object.entries(typed))('%s comes back as it was, from an array', (type, names) => {
    fc.assert(
      fc.property(fc.record(fields), (values) => {
        const event = eventOf(type, names, values);
        const recorded = encodeEvent(event);
        expect(recorded.startsWith('[')).toBe(true);
        expect(JSON.stringify(decodeEvent(recorded))).toBe(JSON.stringify(event));
      }),
      { numRuns: 50 },
    );
  });

  it('comes back without what it may lack', () => {
    for (const event of [
      { type: 'task-failed', task: 1, error: { code: 'A', message: '' }, atMs: 1 },
      { type: 'task-skipped', task: 1, by: 'admin', atMs: 1 },
      { type: 'task-succeeded', task: 1, output: null, atMs: 1 },
    ] as const) {
      expect(encodeEvent(event).startsWith('[')).toBe(true);
      expect(decodeEvent(encodeEvent(event))).toEqual(event);
    }
  });

  it('comes back as it was with any other fields, in any order, or without some', () => {
    const names = fc.shuffledSubarray(['task', 'attempt', 'atMs', 'by', '__proto__', 'more']);
    fc.assert(
      fc.property(names, fc.record(fields), (given, values) => {
        const event = eventOf('task-started', given, { ...values, ['__proto__']: 1, more: [1] });
        expect(JSON.stringify(decodeEvent(encodeEvent(event)))).toBe(JSON.stringify(event));
      }),
    );
    const undone = { type: 'task-succeeded', task: 1, output: undefined, atMs: 1 } as unknown as RunEvent;
    expect(decodeEvent(encodeEvent(undone))).toEqual({ type: 'task-succeeded', task: 1, atMs: 1 });
  });

  it('of an older version comes back from its object, and one of an unknown code is refused', () => {
    expect(decodeEvent('{"type":"task-started","task":1,"attempt":1,"atMs":1}')).toMatchObject({ task: 1 });
    expect(() => decodeEvent('[99,1]')).toThrow('No event has the code 99.');
  });

  it('has another checksum when a bit of it, its run or its place is another', () => {
    const text = encodeEvent({ type: 'task-started', task: 1, attempt: 1, atMs: 1_700_000_000_000 });
    const sums = [checksumOf(1, 1, text), checksumOf(1, 2, text), checksumOf(2, 1, text), checksumOf(1, 1, `${text} `)];
    expect(new Set(sums).size).toBe(4);
  });
});
