import type { RunEvent, RunHeader } from '../../../src/state/index.ts';
import type { Admitted, NewRun, RunIds, Store } from '../../../src/store/index.ts';

/** When the runs of these tests are created, in epoch milliseconds. */
export const createdAtMs = 1_700_000_000_000;

/** The header of a run of these ids. */
export function headerOf(ids: RunIds, fields: Partial<RunHeader> = {}): RunHeader {
  return {
    id: ids.runId,
    firstTaskId: ids.firstTaskId,
    workflow: 'Add OB server',
    workflowVersion: '1',
    fingerprint: 'f1',
    plan: { tasks: ['Reserve host', 'Wait node'] },
    input: { servers: [1, 2], nested: { zone: 'zone2' } },
    claims: [],
    creator: { id: 1, name: 'admin' },
    context: { stringMap: { cluster: '21' }, listMap: { hosts: ['1', '2'] } },
    createdAtMs,
    utcOffsetMinutes: 480,
    ...fields,
  };
}

/** What `admit` gives for a run that has just started. */
export function admittedAs(ids: RunIds, fields: Partial<RunHeader> = {}): Admitted {
  return { header: headerOf(ids, fields), events: [started()], state: 'RUNNING' };
}

/** A request that is admitted. */
export function newRun(request: Partial<NewRun> & { readonly fields?: Partial<RunHeader> } = {}): NewRun {
  const { fields, ...rest } = request;
  const claims = request.claims ?? [];
  return { claims, taskCount: 1, admit: async (ids) => admittedAs(ids, { claims, ...fields }), ...rest };
}

/** Creates a run and gives its id. */
export async function createdRun(store: Store, request: Parameters<typeof newRun>[0] = {}): Promise<number> {
  const { header } = await store.createRun(newRun(request));
  return header.id;
}

export function started(atMs = createdAtMs): RunEvent {
  return { type: 'run-started', atMs, by: 'admin' };
}

/** An event that carries a number in `atMs`. */
export function taskStarted(task: number, atMs = createdAtMs + task): RunEvent {
  return { type: 'task-started', task, attempt: 1, atMs };
}

/** What a promise was rejected with. Throws when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!outcome) throw new Error('It resolved.');
  return outcome.error;
}

/** What a run's journal holds now. */
export async function eventsOf(store: Store, runId: number): Promise<readonly RunEvent[]> {
  return (await store.readRun(runId))?.events ?? [];
}
