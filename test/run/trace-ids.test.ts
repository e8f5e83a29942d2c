import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine, type Engine, type Notice, type OperationOptions } from '../../src/run/index.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { sqliteStore } from '../../src/store/index.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { stage } from '../support/several-processes.ts';
import { drawnWorkflow, setup } from '../support/setup.ts';
import { quiet } from '../support/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const [asked, again] = ['00f067aa0ba902b7', '53ce929d0e0e4736'];
const directory = temporaryDirectory();

/** The events that have a trace id, and which. */
const tracesOf = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) => ('traceId' in event ? [`${event.type} ${event.traceId}`] : []));

describe('the id of a request', () => {
  it('stands in the header and in every event of what was asked for, and in no other', async () => {
    const { engine, run, tasks, journal } = await setup({ a: [], b: [] }, { start: { by: 'kim', traceId: asked } });
    const a = await tasks.a.nextAttempt();
    const trace = (traceId: string): OperationOptions => ({ by: 'kim', traceId });
    await engine.pause(run.id, trace('t-pause'));
    await engine.resume(run.id, trace('t-resume'));
    await engine.resume(run.id).catch(() => undefined);
    await engine.cancel(run.id, 'a', trace('t-task'));
    await a.yield();
    await engine.cancel(run.id, undefined, trace('t-run'));
    await (await tasks.b.nextAttempt()).yield();
    await run.outcome();
    await engine.retry(run.id, 'a', trace('t-retry'));
    await tasks.a.nextAttempt().fail();
    await engine.skip(run.id, 'a', trace('t-skip'));
    await quiet();
    await engine.retry(run.id, 'b');
    await tasks.b.nextAttempt().succeed();
    await run.outcome();
    await engine.rollback(run.id, trace('t-back'));
    await quiet();
    expect(run.header.traceId).toBe(asked);
    expect(tracesOf(await journal())).toEqual([
      ...[`run-started ${asked}`, 'run-paused t-pause', 'run-resumed t-resume', 'task-cancelling t-task'],
      ...['run-cancel-requested t-run', 'task-cancelling t-run', 'tasks-retried t-retry', 'task-skipped t-skip'],
      'run-rollback-started t-back',
    ]);
    const named = (await journal()).filter((event) => 'traceId' in event);
    expect(named.map((event) => ('by' in event ? event.by : ''))).toEqual(named.map(() => 'kim'));
  });

  it('is told with every notice and log line of a run until another request asks something of it', async () => {
    const { logger, logged } = logging();
    const { engine, run, tasks, clock } = await setup(
      { a: { estimateMs: 100 } },
      { logger, start: { traceId: asked } },
    );
    const told: Notice[] = [];
    for (const kind of ['task', 'run', 'log', 'progress', 'warning'] as const) {
      run.on(kind, (notice) => told.push(notice));
    }
    const attempt = async () => {
      const puppet = await tasks.a.nextAttempt();
      puppet.context.log.info('here');
      puppet.context.progress(0.5);
      await clock.advance(300);
      return puppet;
    };
    await (await attempt()).fail();
    const first = told.splice(0);
    expect([...new Set(first.map(({ kind }) => kind))].toSorted()).toEqual([
      'log',
      'progress',
      'run',
      'task',
      'warning',
    ]);
    expect(new Set(first.map(({ traceId }) => traceId))).toEqual(new Set([asked]));
    expect(new Set(logged.splice(0).map(({ traceId }) => traceId))).toEqual(new Set([asked]));
    await engine.retry(run.id, 'a', { traceId: again });
    await (await attempt()).succeed();
    await run.outcome();
    expect([...new Set(told.map(({ kind }) => kind))].toSorted()).toEqual([
      'log',
      'progress',
      'run',
      'task',
      'warning',
    ]);
    expect(new Set(told.map(({ traceId }) => traceId))).toEqual(new Set([again]));
    expect(new Set(logged.map(({ traceId }) => traceId))).toEqual(new Set([again]));
  });

  it('is in nothing that is recorded and told where nobody gave one', async () => {
    const { logger, logged } = logging();
    const { engine, run, tasks, journal, told } = await setup({ a: [] }, { logger });
    await tasks.a.nextAttempt().fail();
    await engine.retry(run.id);
    await tasks.a.nextAttempt().succeed();
    await run.outcome();
    expect('traceId' in run.header).toBe(false);
    for (const each of [...(await journal()), ...told, ...logged]) expect('traceId' in each).toBe(false);
  });

  it('survives that the store is closed and opened again', async () => {
    const file = join(directory(), 'runs.db');
    const { workflow, tasks } = drawnWorkflow({ a: [] });
    const parts = { clock: new VirtualClock(), workflows: [workflow], recover: false };
    const store = sqliteStore(file);
    const first = createEngine({ ...parts, store });
    const run = await first.start(workflow, {}, { traceId: asked });
    await tasks.a.nextAttempt().fail();
    await run.outcome();
    await first.close();
    await store.close();
    const reopened = sqliteStore(file);
    const later = createEngine({ ...parts, store: reopened });
    expect((await later.run(1))?.header.traceId).toBe(asked);
    await later.skip(1, 'a', { traceId: again });
    await (await later.run(1))?.outcome();
    const { events = [] } = (await reopened.readRun(1)) ?? {};
    expect(tracesOf(events)).toEqual([`run-started ${asked}`, `task-skipped ${again}`]);
    await later.close();
    await reopened.close();
  });

  it('goes on being told by the process that takes the run up', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true } });
    const owner = process();
    await owner.engine.start(workflow, {}, { traceId: asked });
    await tasks.a.nextAttempt();
    await owner.engine.pause(1, { traceId: again });
    owner.process.kill();
    const { logger, logged } = logging();
    const other = process({ logger });
    const told = heardBy(other.engine);
    await other.engine.recover();
    await tasks.a.nextAttempt().succeed();
    expect(told.map(({ kind, traceId }) => [kind, traceId])).toEqual([
      ['task', again],
      ['run', again],
    ]);
    expect(new Set(logged.map(({ traceId }) => traceId))).toEqual(new Set([again]));
    expect(logged.length).toBeGreaterThan(1);
  });

  it('travels with a wish to the process that has the run', async () => {
    const { workflow, tasks, process, journal } = stage({ a: [] });
    const [owner, other] = [process(), process()];
    await owner.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    const told = heardBy(owner.engine);
    await other.engine.pause(1, { by: 'ops', traceId: again });
    expect(tracesOf(await journal())).toEqual([`run-paused ${again}`]);
    expect(told).toMatchObject([{ kind: 'run', event: 'run-paused', by: 'ops', traceId: again }]);
  });

  it('holds no secret', async () => {
    const { engine, run, journal, told } = await setup(
      { a: [] },
      { secrets: ['hunter2-hunter2'], start: { traceId: 'hunter2-hunter2' } },
    );
    await engine.pause(run.id, { traceId: 'x.hunter2-hunter2' });
    expect(tracesOf(await journal())).toEqual(['run-started [secret]', 'run-paused x.[secret]']);
    expect(JSON.stringify([run.header, told])).not.toContain('hunter2');
  });

  it('leaves the run of an idempotency key with the request that made it', async () => {
    const { engine, workflow, run, journal } = await setup(
      { a: [] },
      { start: { idempotencyKey: 'k', traceId: asked } },
    );
    const same = await engine.start(workflow, {}, { idempotencyKey: 'k', traceId: again });
    expect([same.id, same.header.traceId]).toEqual([run.id, asked]);
    expect(tracesOf(await journal())).toEqual([`run-started ${asked}`]);
  });

  it.each([
    ['nothing', ''],
    ['a blank', 'a b'],
    ['a line break', 'abc\n'],
    ['a letter of another alphabet', 'é'],
    ['65 characters', 'a'.repeat(65)],
    ['a number', 7 as unknown as string],
    ['null', null as unknown as string],
  ])('is refused when it is %s, with nothing written', async (_, traceId) => {
    const { engine, workflow, run, journal, store, told } = await setup({ a: [] });
    const before = [await journal(), told.length];
    const refused = { code: 'INVALID_TRACE_ID', message: expect.stringContaining('1 to 64') as string };
    await expect(engine.start(workflow, {}, { traceId })).rejects.toMatchObject(refused);
    for (const call of [
      engine.pause(run.id, { traceId }),
      engine.cancel(run.id, 'a', { traceId, dryRun: true }),
      engine.rollback(run.id, { traceId }),
    ]) {
      await expect(call).rejects.toMatchObject(refused);
    }
    expect(await store.listRuns()).toHaveLength(1);
    expect([await journal(), told.length]).toEqual(before);
  });

  it('may be 64 characters long', async () => {
    const traceId = `${'A-z_0.9'.repeat(9)}x`;
    const { run } = await setup({ a: [] }, { start: { traceId } });
    expect([traceId.length, run.header.traceId]).toEqual([64, traceId]);
  });
});

interface LoggedLine {
  readonly traceId?: string;
}

/** A logger, and the fields of every line that was given to it. */
function logging() {
  const logged: LoggedLine[] = [];
  const log = (fields: LoggedLine): void => void logged.push(fields);
  return { logged, logger: { debug: log, info: log, warn: log, error: log } };
}

/** What an engine tells of runs and tasks from now on. */
function heardBy(engine: Engine): readonly Notice[] {
  const told: Notice[] = [];
  engine.on('task', (notice) => told.push(notice));
  engine.on('run', (notice) => told.push(notice));
  return told;
}
