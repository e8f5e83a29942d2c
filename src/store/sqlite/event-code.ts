import { crc32 } from 'node:zlib';
import type { RunEvent, RunEventType } from '../../state/index.ts';

interface Form {
  /** Never given to another type. */
  readonly code: number;
  /** In the order in which they are recorded; new ones are added at the end. */
  readonly fields: readonly string[];
  /** How many of the last fields may be absent. */
  readonly optional?: number;
}

/** How events are recorded: as an array of the type's code and its fields, a third of the object's length. */
const forms: Readonly<Record<RunEventType, Form>> = Object.freeze({
  'run-started': { code: 1, fields: ['by', 'atMs', 'traceId'], optional: 1 },
  'run-paused': { code: 2, fields: ['by', 'atMs', 'traceId'], optional: 1 },
  'run-resumed': { code: 3, fields: ['by', 'atMs', 'traceId'], optional: 1 },
  'run-cancel-requested': { code: 4, fields: ['by', 'atMs', 'traceId'], optional: 1 },
  'run-rollback-started': { code: 5, fields: ['tasks', 'by', 'atMs', 'traceId'], optional: 1 },
  'run-settled': { code: 6, fields: ['state', 'atMs'] },
  'changes-accepted': { code: 7, fields: ['fingerprint', 'by', 'atMs', 'traceId'], optional: 1 },
  'task-started': { code: 8, fields: ['task', 'attempt', 'atMs'] },
  'task-succeeded': { code: 9, fields: ['task', 'output', 'atMs', 'isAdopted'], optional: 1 },
  'task-failed': { code: 10, fields: ['task', 'error', 'atMs', 'retryAtMs'], optional: 1 },
  'task-cancelling': { code: 11, fields: ['task', 'by', 'atMs', 'traceId'], optional: 1 },
  'task-cancelled': { code: 12, fields: ['task', 'error', 'atMs'] },
  'task-outcome-unknown': { code: 13, fields: ['task', 'error', 'atMs'] },
  'tasks-retried': { code: 14, fields: ['tasks', 'by', 'atMs', 'traceId'], optional: 1 },
  'task-skipped': { code: 15, fields: ['task', 'by', 'atMs', 'output', 'traceId'], optional: 2 },
  'task-resolved-success': { code: 16, fields: ['task', 'output', 'by', 'atMs', 'traceId'], optional: 1 },
  'task-resolved-failed': { code: 17, fields: ['task', 'error', 'by', 'atMs', 'traceId'], optional: 1 },
  'task-rollback-started': { code: 18, fields: ['task', 'atMs'] },
  'task-rolled-back': { code: 19, fields: ['task', 'atMs'] },
  'task-rollback-failed': { code: 20, fields: ['task', 'error', 'atMs', 'retryAtMs'], optional: 1 },
  'undos-retried': { code: 21, fields: ['tasks', 'by', 'atMs', 'traceId'], optional: 1 },
  'undo-skipped': { code: 22, fields: ['task', 'by', 'atMs', 'traceId'], optional: 1 },
});

const typeOfCode: ReadonlyMap<unknown, string> = new Map(Object.entries(forms).map(([type, { code }]) => [code, type]));

/**
 * An event as it is recorded. One that has other fields than its type's, or in another order, is recorded as the object
 * that it is, so that exactly what was given comes back. O(size).
 */
export function encodeEvent(event: RunEvent): string {
  return JSON.stringify(recordedForm(event) ?? event);
}

/** The array; undefined when it would not give back exactly the event. On the way of every append: no copies. */
function recordedForm(event: RunEvent): readonly unknown[] | undefined {
  const { code, fields, optional = 0 } = forms[event.type];
  const recorded: unknown[] = [code];
  let place = -1;
  for (const key in event) {
    const value = (event as unknown as Readonly<Record<string, unknown>>)[key];
    if (key !== (place < 0 ? 'type' : fields[place]) || !isRecordable(value)) return undefined;
    if (place >= 0) recorded.push(value);
    place += 1;
  }
  return place >= fields.length - optional ? recorded : undefined;
}

/** In an array JSON would make null of what it leaves out of an object. */
function isRecordable(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

/** Reads back what `encodeEvent`, or a version before there were codes, has recorded. @throws Error when neither has */
export function decodeEvent(text: string): RunEvent {
  const recorded = JSON.parse(text) as unknown;
  if (!Array.isArray(recorded)) return recorded as RunEvent;
  const [code, ...values] = recorded as readonly unknown[];
  const type = typeOfCode.get(code);
  if (type === undefined) throw new Error(`No event has the code ${JSON.stringify(code)}.`);
  const { fields } = forms[type as RunEventType];
  const event: Record<string, unknown> = { type };
  for (const [place, value] of values.entries()) event[fields[place] ?? `unknown-${place}`] = value;
  return event as unknown as RunEvent;
}

/** What tells a record that was altered, or that stands in another's place. Fits into four bytes. */
export function checksumOf(runId: number, sequence: number, text: string): number {
  return crc32(`${runId} ${sequence} ${text}`) | 0;
}
