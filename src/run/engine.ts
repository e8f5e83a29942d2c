import type PQueue from 'p-queue';
import { createHash } from 'node:crypto';
import { serializeError } from '../errors/index.ts';
import { planRecorded, planWorkflow, shapeFromJson, shapeToJson, type Plan, type PlanShape } from '../plan/index.ts';
import { LimitPool } from '../schedule/index.ts';
import { createScrubber } from '../secrets/index.ts';
import { isSettledRun, RunRecord, type RunEvent, type RunHeader } from '../state/index.ts';
import { memoryStore, type RunFilter, type RunSummary, type Store, type StoredRun } from '../store/index.ts';
import { emptyRunContext, serviceLookup, type ProvidedService, type Workflow } from '../workflow/index.ts';
import { systemClock, type Clock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import { Dispatcher } from './dispatcher.ts';
import type { EngineParts } from './engine-parts.ts';
import { LiveRun } from './live-run.ts';
import { silentLogger, type Logger } from './logger.ts';
import { NoticeBus, type Listener } from './notice-bus.ts';
import {
  EngineClosedError,
  PlanChangedError,
  RunNotOwnedError,
  UnknownRunError,
  UnknownTaskError,
  UnknownWorkflowError,
} from './operation-errors.ts';
import { operations, type OperationRequest, type Resolution } from './operations.ts';
import { Run } from './run.ts';
import type { NoticeKind } from './run-notice.ts';
import type { CommitExtras } from './run-journal.ts';

export interface EngineOptions {
  /** Where runs are kept. @default a memory store, which forgets them with the process */
  readonly store?: Store;
  /** Tasks running at once over all runs: a number, Infinity, or a p-queue that the program shares. @default 16 */
  readonly concurrency?: number | PQueue;
  /** @default silent */
  readonly logger?: Logger;
  /** Sizes of named limits; `host:*` sizes every name with that beginning. @default 1 for every named limit */
  readonly limits?: Readonly<Record<string, number>>;
  /** What task bodies ask for with `ctx.use`. */
  readonly services?: readonly ProvidedService[];
  /** Values that appear in no event, log, output or record. */
  readonly secrets?: Iterable<string>;
  /** Workflows whose recorded runs this engine may act on. Those started here are known without. */
  readonly workflows?: readonly Workflow[];
  /** @default the system's */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: () => number;
}

export interface StartOptions {
  /** The same key with the same workflow and input gives the same run; with another, it is refused. */
  readonly idempotencyKey?: string;
  /** Who asks. @default 'admin' */
  readonly by?: string;
  /** Where another process finds the workflow again. */
  readonly workflowSource?: string;
}

export interface OperationOptions {
  /** Says what would be touched and does nothing. @default false */
  readonly dryRun?: boolean;
  /** Who asks. @default 'admin' */
  readonly by?: string;
}

export interface RollbackOptions extends OperationOptions {
  /** Rolls back although a task cannot be undone; that one is left as it is. @default false */
  readonly pastNoReturn?: boolean;
}

/** The exact tasks that an operator action touches, in plan order. */
export interface OperationResult {
  readonly runId: number;
  readonly tasks: readonly { readonly number: number; readonly key: string }[];
  readonly isDryRun: boolean;
}

/** Runs workflows. Made by `createEngine`. */
export interface Engine {
  /**
   * Starts a run; resolves once it is durable. Takes a workflow and its input, or a plan.
   *
   * @throws InvalidPlanError, ClaimHeldError, or what the workflow's `admit` refuses with: nothing was written then
   */
  start<Raw>(workflow: Workflow<Raw>, input: NoInfer<Raw>, options?: StartOptions): Promise<Run>;
  start(plan: Plan, options?: StartOptions): Promise<Run>;
  /** A run of this engine's store, live or recorded; undefined when there is none. */
  run(id: number): Promise<Run | undefined>;
  runs(filter?: RunFilter): Promise<readonly RunSummary[]>;
  /** Lets failed and cancelled tasks run again: all of a run, or one by key or number. */
  retry(runId: number, task?: string | number, options?: OperationOptions): Promise<OperationResult>;
  skip(runId: number, task: string | number, options?: OperationOptions): Promise<OperationResult>;
  /** Cancels a run, or one running task. Resolves when the wish is recorded; the bodies end in their own time. */
  cancel(runId: number, task?: string | number, options?: OperationOptions): Promise<OperationResult>;
  /** Says how an UNKNOWN task really ended. */
  resolve(
    runId: number,
    task: string | number,
    resolution: Resolution,
    options?: OperationOptions,
  ): Promise<OperationResult>;
  pause(runId: number, options?: OperationOptions): Promise<OperationResult>;
  resume(runId: number, options?: OperationOptions): Promise<OperationResult>;
  /** Undoes, in reverse order, everything of an ended run that has run. */
  rollback(runId: number, options?: RollbackOptions): Promise<OperationResult>;
  /** Listens to all runs of this engine. Returns its own unsubscribe. */
  on<Kind extends NoticeKind>(kind: Kind, listener: Listener<Kind>): () => void;
  /**
   * Starts nothing more, waits up to `drainMs` for running tasks, then aborts them; what they leave is recorded as far as
   * they got. Does not close a store that was passed in. Safe twice, safe before start.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

export function createEngine(options: EngineOptions = {}): Engine {
  return new LocalEngine(options);
}

const concurrencyDefault = 16;

class LocalEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #live = new Map<number, LiveRun>();
  readonly #workflows = new Map<string, Workflow>();
  readonly #ownsStore: boolean;
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    const {
      clock = systemClock,
      logger = silentLogger,
      random = Math.random,
      concurrency = concurrencyDefault,
    } = options;
    const reportListener = (error: unknown): void => {
      logger.error({ error: serializeError(error) }, 'a listener failed');
    };
    this.#ownsStore = options.store === undefined;
    this.#parts = {
      store: options.store ?? memoryStore(),
      clock,
      random,
      logger,
      scrubber: createScrubber(options.secrets),
      deadlines: new Deadlines(clock),
      dispatcher: new Dispatcher(concurrency),
      limits: new LimitPool(options.limits),
      use: serviceLookup(options.services ?? []),
      bus: new NoticeBus(reportListener),
      reportListener,
      reportFailure: (runId, error) => {
        logger.error({ runId, error: serializeError(error) }, 'the run cannot go on here');
      },
    };
    for (const workflow of options.workflows ?? []) this.#workflows.set(workflow.name, workflow);
  }

  async start(target: Workflow | Plan, ...rest: [unknown?, StartOptions?]): Promise<Run> {
    this.#requireOpen();
    const isPlan = 'fingerprint' in target;
    const plan = isPlan ? target : planWorkflow(target, rest[0]);
    const options = (isPlan ? (rest[0] as StartOptions | undefined) : rest[1]) ?? {};
    for (const value of plan.secrets) this.#parts.scrubber.add(value);
    const { header, isExisting } = await this.#create(plan, options);
    if (isExisting) return await this.#existing(header.id);
    this.#workflows.set(plan.workflow.name, plan.workflow);
    const record = new RunRecord(plan.graph);
    const told = startEvents(header).map((event) => ({ event, changes: record.apply(event) }));
    const live = this.#adopt(new LiveRun({ header, plan, record, parts: this.#parts }));
    for (const { event, changes } of told) live.reporter.tell(event, changes);
    // Whoever awaits this gets to listen before anything happens.
    setImmediate(() => {
      live.begin();
    });
    return handleOf(live);
  }

  async run(id: number): Promise<Run | undefined> {
    const live = this.#live.get(id);
    if (live) return handleOf(live);
    const stored = await this.#parts.store.readRun(id);
    return stored && recordedRun(stored, new NoticeBus(this.#parts.reportListener));
  }

  runs(filter?: RunFilter): Promise<readonly RunSummary[]> {
    return this.#parts.store.listRuns(filter);
  }

  retry(runId: number, task?: string | number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operate(runId, options, (request, indexOf) =>
      operations.retry(request, task === undefined ? undefined : indexOf(task)),
    );
  }

  skip(runId: number, task: string | number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operate(runId, options, (request, indexOf) => operations.skip(request, indexOf(task)));
  }

  cancel(runId: number, task?: string | number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operate(runId, options, (request, indexOf) =>
      task === undefined ? operations.cancelRun(request) : operations.cancelTask(request, indexOf(task)),
    );
  }

  resolve(
    runId: number,
    task: string | number,
    resolution: Resolution,
    options: OperationOptions = {},
  ): Promise<OperationResult> {
    return this.#operate(runId, options, (request, indexOf) => operations.resolve(request, indexOf(task), resolution));
  }

  pause(runId: number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operate(runId, options, operations.pause);
  }

  resume(runId: number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operate(runId, options, operations.resume);
  }

  rollback(runId: number, options: RollbackOptions = {}): Promise<OperationResult> {
    const pastNoReturn = options.pastNoReturn ?? false;
    return this.#operate(runId, options, (request) => operations.rollback(request, { pastNoReturn }));
  }

  on<Kind extends NoticeKind>(kind: Kind, listener: Listener<Kind>): () => void {
    return this.#parts.bus.on(kind, listener);
  }

  close({ drainMs = 5_000 }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    const { dispatcher, deadlines, clock, store } = this.#parts;
    dispatcher.stop();
    const cancelTimer = clock.after(drainMs, () => {
      this.#abandonAll();
    });
    await dispatcher.idle();
    cancelTimer();
    this.#abandonAll();
    deadlines.clear();
    if (this.#ownsStore) await store.close();
    else await store.flush();
  }

  #abandonAll(): void {
    for (const live of this.#live.values()) {
      if (!isSettledRun(live.record.state))
        live.abandon(new EngineClosedError(`run ${live.header.id} was not over yet`));
    }
  }

  #requireOpen(): void {
    if (this.#closing) throw new EngineClosedError('no run can be started or acted on');
  }

  async #create(plan: Plan, { idempotencyKey, by = 'admin', workflowSource }: StartOptions) {
    const { store, clock, scrubber } = this.#parts;
    const input = scrubber.json(plan.input);
    const nowMs = clock.nowMs();
    return await store.createRun({
      claims: plan.claims,
      taskCount: plan.tasks.length,
      ...(idempotencyKey === undefined ? {} : { idempotency: { key: idempotencyKey, request: requestHash(plan) } }),
      admit: async ({ runId, firstTaskId }, tables) => {
        const { context = emptyRunContext, subject } = await plan.workflow.hooks.admit({
          input: plan.input,
          tables,
          runId,
          nowMs,
        });
        const header: RunHeader = {
          id: runId,
          firstTaskId,
          workflow: plan.workflow.name,
          workflowVersion: plan.workflow.version,
          fingerprint: plan.fingerprint,
          plan: shapeToJson(plan),
          input,
          claims: plan.claims,
          creator: { id: adminId, name: by },
          context,
          createdAtMs: nowMs,
          utcOffsetMinutes: clock.utcOffsetMinutes(nowMs),
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
          ...(subject === undefined ? {} : { subject }),
          ...(workflowSource === undefined ? {} : { workflowSource }),
        };
        return { header, events: startEvents(header), state: 'RUNNING' };
      },
    });
  }

  async #existing(id: number): Promise<Run> {
    const run = await this.run(id);
    if (!run) throw new UnknownRunError(id);
    return run;
  }

  /** Keeps a run at hand until it has ended. */
  #adopt(live: LiveRun): LiveRun {
    this.#live.set(live.header.id, live);
    void live.settled().then(
      () => this.#live.delete(live.header.id),
      () => undefined,
    );
    return live;
  }

  async #operate(
    runId: number,
    { dryRun = false, by = 'admin' }: OperationOptions,
    decide: (request: OperationRequest, indexOf: (task: string | number) => number) => readonly RunEvent[],
  ): Promise<OperationResult> {
    this.#requireOpen();
    const live = await this.#liveRun(runId);
    const { plan, record } = live;
    const indexOf = (task: string | number): number => taskIndex(plan, live.header, task);
    const decideNow = (): readonly RunEvent[] =>
      decide({ runId, plan, record, by, atMs: this.#parts.clock.nowMs() }, indexOf);
    if (dryRun) return { runId, tasks: touchedTasks(plan, decideNow()), isDryRun: true };
    const events = await live.operate(decideNow, this.#reopening(live, decideNow()));
    if (!isSettledRun(record.state) && !this.#live.has(runId)) this.#adopt(live);
    return { runId, tasks: touchedTasks(plan, events), isDryRun: false };
  }

  /** Taking an ended run up again takes its claims again and tells the workflow, in the same commit. */
  #reopening(live: LiveRun, events: readonly RunEvent[]): CommitExtras | undefined {
    const { record, plan, header } = live;
    if (!isSettledRun(record.state)) return undefined;
    const type = events[0]?.type;
    const operation = type === 'run-rollback-started' ? 'ROLLBACK' : type === 'task-skipped' ? 'SKIP' : 'RETRY';
    const reopening = {
      input: plan.input,
      runId: header.id,
      context: header.context,
      nowMs: this.#parts.clock.nowMs(),
      operation,
    } as const;
    return { claims: 'take', also: (tables) => plan.workflow.hooks.reopen({ ...reopening, tables }) };
  }

  async #liveRun(runId: number): Promise<LiveRun> {
    const known = this.#live.get(runId);
    if (known) return known;
    const stored = await this.#parts.store.readRun(runId);
    if (!stored) throw new UnknownRunError(runId);
    if (!isSettledRun(stored.state)) throw new RunNotOwnedError(runId, stored.state);
    const { header } = stored;
    const workflow = this.#workflows.get(header.workflow);
    if (!workflow) throw new UnknownWorkflowError(header.workflow, [...this.#workflows.keys()]);
    const plan = planRecorded(workflow, header.input);
    if (plan.fingerprint !== header.fingerprint)
      throw new PlanChangedError(runId, planChanges(shapeFromJson(header.plan), plan));
    return new LiveRun({ header, plan, record: replay(plan, stored.events), parts: this.#parts });
  }
}

/** OCP's own administrator has this id. */
const adminId = 100;

function startEvents(header: RunHeader): readonly RunEvent[] {
  return [{ type: 'run-started', by: header.creator.name, atMs: header.createdAtMs }];
}

function handleOf(live: LiveRun): Run {
  const { header, plan, record, reporter } = live;
  return new Run({ header, plan, record, bus: reporter.bus, settled: () => live.settled() });
}

/** A run that this engine does not run: as recorded when it was read. */
export function recordedRun(stored: StoredRun, bus: NoticeBus): Run {
  const plan = shapeFromJson(stored.header.plan);
  const record = replay(plan, stored.events);
  const settled = (): Promise<void> =>
    isSettledRun(record.state)
      ? Promise.resolve()
      : Promise.reject(new RunNotOwnedError(stored.header.id, record.state));
  return new Run({ header: stored.header, plan, record, bus, settled });
}

function replay(plan: Pick<PlanShape, 'graph'>, events: readonly RunEvent[]): RunRecord {
  const record = new RunRecord(plan.graph);
  for (const event of events) record.apply(event);
  return record;
}

function requestHash({ workflow, input }: Plan): string {
  return createHash('sha256')
    .update(JSON.stringify([workflow.name, workflow.version, input]))
    .digest('hex');
}

/** A key is exact; a number counts from 1; a larger one is a wire id. */
function taskIndex(plan: PlanShape, { firstTaskId }: RunHeader, given: string | number): number {
  const byKey = plan.tasks.findIndex((task) => task.key === given);
  if (byKey !== -1) return byKey;
  const number = Number(given);
  const index = Number.isSafeInteger(number) && number > plan.tasks.length ? number - firstTaskId : number - 1;
  if (!(index in plan.tasks)) throw new UnknownTaskError(given, plan);
  return index;
}

function touchedTasks(plan: PlanShape, events: readonly RunEvent[]): OperationResult['tasks'] {
  const tasks = new Set(
    events.flatMap((event) => ('tasks' in event ? event.tasks : 'task' in event ? [event.task] : [])),
  );
  return [...tasks].map((index) => ({ number: index + 1, key: plan.tasks[index]?.key ?? '' }));
}

function planChanges(before: PlanShape, now: PlanShape): readonly string[] {
  const keysBefore = new Set(before.tasks.map((task) => task.key));
  const keysNow = new Set(now.tasks.map((task) => task.key));
  const removed = [...keysBefore].filter((key) => !keysNow.has(key)).map((key) => `task "${key}" is gone`);
  const added = [...keysNow].filter((key) => !keysBefore.has(key)).map((key) => `task "${key}" is new`);
  const changes = [...removed, ...added];
  return changes.length > 0 ? changes.slice(0, 20) : ['its version or the order of its tasks is another'];
}
