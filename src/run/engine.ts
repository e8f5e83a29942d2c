import { createHash } from 'node:crypto';
import { serializeError } from '../errors/index.ts';
import { planWorkflow, shapeToJson, type Plan, type PlanShape } from '../plan/index.ts';
import { LimitPool } from '../schedule/index.ts';
import { createScrubber } from '../secrets/index.ts';
import { isSettledRun, RunRecord, type RunEvent, type RunHeader } from '../state/index.ts';
import { memoryStore, type RunFilter, type RunSummary } from '../store/index.ts';
import { emptyRunContext, serviceLookup, type Workflow } from '../workflow/index.ts';
import { systemClock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import { Dispatcher } from './dispatcher.ts';
import type {
  Engine,
  EngineOptions,
  OperationOptions,
  OperationResult,
  RollbackOptions,
  StartOptions,
} from './engine-interface.ts';
import type { EngineParts } from './engine-parts.ts';
import { LiveRun } from './live-run.ts';
import { silentLogger } from './logger.ts';
import { NoticeBus, type Listener } from './notice-bus.ts';
import { EngineClosedError, RunNotOwnedError, UnknownRunError, UnknownWorkflowError } from './operation-errors.ts';
import { operations, type OperationRequest, type Resolution } from './operations.ts';
import { planAgain, recordedRun, replay, taskIndex } from './recorded-run.ts';
import type { CommitExtras } from './run-journal.ts';
import type { NoticeKind } from './run-notice.ts';
import { Run } from './run.ts';
import { scrubbedLogger } from './scrubbed-logger.ts';

/** Makes an engine. Every option is optional. */
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
    const { clock = systemClock, random = Math.random, concurrency = concurrencyDefault } = options;
    const scrubber = createScrubber(options.secrets);
    const logger = options.logger ? scrubbedLogger(options.logger, scrubber) : silentLogger;
    const reportListener = (error: unknown): void => {
      logger.error({ error: serializeError(error) }, 'a listener failed');
    };
    this.#ownsStore = options.store === undefined;
    this.#parts = {
      store: options.store ?? memoryStore(),
      clock,
      random,
      logger,
      scrubber,
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
    return stored && recordedRun(stored);
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
    return this.#operate(runId, options, (request) => operations.pause(request));
  }

  resume(runId: number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operate(runId, options, (request) => operations.resume(request));
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
    const plan = planAgain(workflow, header);
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

function requestHash({ workflow, input }: Plan): string {
  return createHash('sha256')
    .update(JSON.stringify([workflow.name, workflow.version, input]))
    .digest('hex');
}

function touchedTasks(plan: PlanShape, events: readonly RunEvent[]): OperationResult['tasks'] {
  const tasks = new Set(
    events.flatMap((event) => ('tasks' in event ? event.tasks : 'task' in event ? [event.task] : [])),
  );
  return [...tasks].map((index) => ({ number: index + 1, key: plan.tasks[index]?.key ?? '' }));
}
