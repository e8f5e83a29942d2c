import { serializeError } from '../errors/index.ts';
import { planWorkflow, type Plan } from '../plan/index.ts';
import { LimitPool } from '../schedule/index.ts';
import { createScrubber } from '../secrets/index.ts';
import { isSettledRun, RunRecord } from '../state/index.ts';
import { memoryStore, UnknownRunError, type RunFilter, type RunSummary, type StoreHealth } from '../store/index.ts';
import { serviceLookup, type Workflow } from '../workflow/index.ts';
import { systemClock } from './clock.ts';
import { createRun, firstEvents } from './create-run.ts';
import { Deadlines } from './deadlines.ts';
import { Dispatcher } from './dispatcher.ts';
import type {
  Engine,
  EngineOptions,
  OperationOptions,
  OperationResult,
  Recovered,
  RecoverOptions,
  RollbackOptions,
  StartOptions,
} from './engine-interface.ts';
import type { EngineParts } from './engine-parts.ts';
import { LiveRun } from './live-run.ts';
import { LiveRuns } from './live-runs.ts';
import { silentLogger, type Logger } from './logger.ts';
import { NoticeBus, type Listener } from './notice-bus.ts';
import { EngineClosedError } from './operation-errors.ts';
import type { Resolution } from './operations.ts';
import { Operators } from './operators.ts';
import { Ownership, type OwnershipOptions } from './ownership.ts';
import { recordedRun } from './recorded-run.ts';
import { Recovery } from './recovery.ts';
import type { NoticeKind } from './run-notice.ts';
import { Run } from './run.ts';
import { scrubbedLogger } from './scrubbed-logger.ts';

/** Makes an engine. Every option is optional. */
export function createEngine(options: EngineOptions = {}): Engine {
  return new LocalEngine(options);
}

const concurrencyDefault = 16;
const drainDefaultMs = 5_000;
/** How long bodies that were aborted at the end may take to do so. */
const abortGraceMs = 1_000;

class LocalEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #runs: LiveRuns;
  readonly #recovery: Recovery;
  readonly #operators: Operators;
  readonly #ownsStore: boolean;
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    const { workflows = [], recover = true } = options;
    this.#ownsStore = options.store === undefined;
    this.#parts = partsOf(options, {
      onWish: () => {
        this.#operators.lookForWishes();
      },
      onLost: (error) => {
        for (const live of this.#runs.active()) live.abandon(error);
      },
    });
    this.#runs = new LiveRuns(this.#parts, workflows);
    this.#recovery = new Recovery(this.#parts, this.#runs);
    this.#operators = new Operators(this.#parts, {
      runs: this.#runs,
      requireOpen: () => {
        this.#requireOpen();
      },
      onTaken: (live) => {
        if (this.#closing) live.abandon(closedBeforeEnd(live));
      },
    });
    if (recover && workflows.length > 0) this.#recovery.watch();
  }

  async start(target: Workflow | Plan, ...rest: [unknown?, StartOptions?]): Promise<Run> {
    this.#requireOpen();
    const isPlan = 'fingerprint' in target;
    const plan = isPlan ? target : planWorkflow(target, rest[0]);
    const options = (isPlan ? (rest[0] as StartOptions | undefined) : rest[1]) ?? {};
    for (const value of plan.secrets) this.#parts.scrubber.add(value);
    const { header, isExisting } = await createRun(this.#parts, plan, options);
    this.#runs.know(plan.workflow);
    if (isExisting) return await this.#existing(header.id);
    const record = new RunRecord(plan.graph);
    const told = firstEvents(header).map((event) => ({ event, changes: record.apply(event) }));
    const live = new LiveRun({ header, plan, record, fence: 1, parts: this.#parts });
    this.#runs.adopt(live);
    for (const { event, changes } of told) live.reporter.tell(event, changes);
    if (this.#closing) live.abandon(closedBeforeEnd(live));
    // Whoever awaits this gets to listen before anything happens.
    setImmediate(() => {
      live.begin();
    });
    return this.#handleOf(live);
  }

  async run(id: number): Promise<Run | undefined> {
    const active = this.#runs.get(id);
    if (active) return this.#handleOf(active);
    const stored = await this.#parts.store.readRun(id);
    const live = stored && this.#runs.get(id, stored);
    return live ? this.#handleOf(live) : stored && recordedRun(stored, () => this.#parts.clock.nowMs());
  }

  runs(filter?: RunFilter): Promise<readonly RunSummary[]> {
    return this.#parts.store.listRuns(filter);
  }

  retry(runId: number, task?: string | number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operators.act(runId, { action: 'retry', ...optionalTask(task) }, options);
  }

  skip(runId: number, task: string | number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operators.act(runId, { action: 'skip', task }, options);
  }

  cancel(runId: number, task?: string | number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operators.act(runId, { action: 'cancel', ...optionalTask(task) }, options);
  }

  resolve(
    runId: number,
    task: string | number,
    resolution: Resolution,
    options: OperationOptions = {},
  ): Promise<OperationResult> {
    return this.#operators.act(runId, { action: 'resolve', task, resolution }, options);
  }

  pause(runId: number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operators.act(runId, { action: 'pause' }, options);
  }

  resume(runId: number, options: OperationOptions = {}): Promise<OperationResult> {
    return this.#operators.act(runId, { action: 'resume' }, options);
  }

  rollback(runId: number, { pastNoReturn = false, without = [], ...options }: RollbackOptions = {}) {
    return this.#operators.act(runId, { action: 'rollback', pastNoReturn, without }, options);
  }

  async recover(options: RecoverOptions = {}): Promise<Recovered> {
    this.#requireOpen();
    const { runs, refused } = await this.#recovery.takeUpAll(options);
    if (this.#closing) for (const live of runs) live.abandon(closedBeforeEnd(live));
    return { runs: runs.map((live) => this.#handleOf(live)), refused };
  }

  health(): StoreHealth {
    return this.#parts.store.health();
  }

  on<Kind extends NoticeKind>(kind: Kind, listener: Listener<Kind>): () => void {
    return this.#parts.bus.on(kind, listener);
  }

  close({ drainMs = drainDefaultMs }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    const { dispatcher, deadlines, store, ownership } = this.#parts;
    dispatcher.stop();
    this.#recovery.stop();
    if (!(await this.#isIdleWithin(drainMs))) {
      for (const live of this.#runs.active()) live.abort(closedBeforeEnd(live));
      await this.#isIdleWithin(abortGraceMs);
    }
    for (const live of this.#runs.active()) if (!isSettledRun(live.record.state)) live.abandon(closedBeforeEnd(live));
    deadlines.clear();
    await ownership.leave();
    if (this.#ownsStore) await store.close();
    else await store.flush();
  }

  /** Whether nothing is under way any more, and all is recorded, after at most so many milliseconds. */
  #isIdleWithin(delayMs: number): Promise<boolean> {
    const { dispatcher, deadlines } = this.#parts;
    const isRecorded = (): Promise<unknown> => Promise.all(Array.from(this.#runs.active(), (live) => live.recorded()));
    return new Promise((resolve) => {
      const cancel = deadlines.after(delayMs, () => {
        resolve(false);
      });
      void dispatcher
        .idle()
        .then(isRecorded)
        .then(() => {
          cancel();
          resolve(true);
        });
    });
  }

  #handleOf(live: LiveRun): Run {
    const { header, plan, record, reporter } = live;
    return new Run({
      header,
      // The shape alone: a plan also holds the input as it came in.
      plan: { tasks: plan.tasks, graph: plan.graph },
      record,
      bus: reporter.bus,
      settled: () => live.settled(),
      onFailure: plan.workflow.onFailure,
      isLive: true,
      startFacts: () => live.startFacts(() => this.#runs.active()),
    });
  }

  #requireOpen(): void {
    if (this.#closing) throw new EngineClosedError('no run can be started or acted on');
  }

  /** One that is open and that nobody alive has goes on here. */
  async #existing(id: number): Promise<Run> {
    const stored = await this.#parts.store.readRun(id);
    const isLeft = stored && !isSettledRun(stored.state) && !(await this.#parts.store.holderOf(id))?.isAlive;
    if (isLeft) return this.#handleOf(await this.#runs.takeUp(id));
    const run = await this.run(id);
    if (!run) throw new UnknownRunError(id);
    return run;
  }
}

function optionalTask(task: string | number | undefined): { readonly task?: string | number } {
  return task === undefined ? {} : { task };
}

function partsOf(options: EngineOptions, listener: OwnershipOptions): EngineParts {
  const { clock = systemClock, random = Math.random, concurrency = concurrencyDefault } = options;
  const { secrets = [] } = options;
  const scrubber = 'json' in secrets ? secrets : createScrubber(secrets);
  const logger = options.logger ? scrubbedLogger(options.logger, scrubber) : silentLogger;
  const reportListener = (error: unknown): void => {
    logger.error({ error: serializeError(error) }, 'a listener failed');
  };
  const store = options.store ?? memoryStore();
  return {
    store,
    ownership: new Ownership(store, { ...listener, onHealth: (health) => reportHealth(logger, health) }),
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
    reportFailure: (run, error) => {
      logger.error({ ...run, error: serializeError(error) }, 'the run cannot go on here');
    },
  };
}

function reportHealth(logger: Logger, health: StoreHealth): void {
  if (health.state === 'well') logger.info({}, 'the store can be written again');
  else logger.error({ error: serializeError(health.error) }, 'the store cannot be written, and nothing new starts');
}

function closedBeforeEnd({ header }: LiveRun): EngineClosedError {
  return new EngineClosedError(`run ${header.id} was not over yet`);
}
