import { describe, expect, it } from 'vitest';
import { LogBacklogError } from '../../src/store/index.ts';
import { JournalStore } from '../../src/store/journal-store.ts';
import { MemoryLedger } from '../../src/store/memory/memory-ledger.ts';
import type { Extension } from '../../src/store/ledger.ts';
import type { RunEvent } from '../../src/state/index.ts';
import { createdRun, eventsOf, newRun, rejection, taskStarted } from '../contract/store/runs.ts';

/** Counts transactions, and fails where it is told to, for good, as a disk does. */
class ScriptedLedger extends MemoryLedger {
  commits = 0;
  failAt: 'commit' | 'extendRun' | 'putRow' | undefined;
  broken: Error | undefined;

  override get failure(): Error | undefined {
    return this.broken;
  }

  override commit(): void {
    this.#maybeFail('commit');
    this.commits++;
    super.commit();
  }

  override extendRun(runId: number, extension: Extension<RunEvent>): boolean {
    this.#maybeFail('extendRun');
    return super.extendRun(runId, extension);
  }

  override putRow(...row: Parameters<MemoryLedger['putRow']>): void {
    this.#maybeFail('putRow');
    super.putRow(...row);
  }

  #maybeFail(where: typeof this.failAt): void {
    if (this.failAt !== where) return;
    this.broken = new Error('disk');
    throw this.broken;
  }
}

function setUp(membersMax = 64, workMsMax = Infinity): { ledger: ScriptedLedger; store: JournalStore<RunEvent> } {
  const ledger = new ScriptedLedger();
  const grouping = {
    membersMax,
    workMsMax,
    schedule: setImmediate,
    logDelayMs: 1,
    linesHeldMax: 2_000,
    busyMs: 0,
  };
  return { ledger, store: new JournalStore(ledger, { grouping }) };
}

const commit = (task: number) => ({ fence: 1, runId: 1, events: [taskStarted(task)], state: 'RUNNING' as const });
const line = { runId: 1, task: 0, attempt: 1, atMs: 1, level: 'info' as const, text: 'x' };

describe('commits that arrive together', () => {
  it('share a transaction, up to a maximum', async () => {
    const { ledger, store } = setUp(10);
    await createdRun(store);
    ledger.commits = 0;
    await Promise.all(Array.from({ length: 25 }, (_, task) => store.append(commit(task))));
    expect(ledger.commits).toBe(3);
    expect((await eventsOf(store, 1)).slice(1)).toEqual(Array.from({ length: 25 }, (_, task) => taskStarted(task)));
  });

  it('end their transaction when it has taken its time, and let others have their turn before the next', async () => {
    const { ledger, store } = setUp(64, 0);
    await createdRun(store);
    ledger.commits = 0;
    let turn = 0;
    let next = setImmediate(function count() {
      turn += 1;
      next = setImmediate(count);
    });
    const turns = await Promise.all(
      [0, 1, 2].map(async (task) => {
        await store.append(commit(task));
        return turn;
      }),
    );
    clearImmediate(next);
    expect(new Set(turns).size).toBe(3);
    expect(ledger.commits).toBe(3);
    expect((await eventsOf(store, 1)).slice(1)).toEqual([0, 1, 2].map((task) => taskStarted(task)));
  });

  it('share it though they are of different kinds and one is refused', async () => {
    const { ledger, store } = setUp();
    store.appendLog([line]);
    const refused = new Error('no');
    const settled = await Promise.allSettled([
      createdRun(store, { claims: ['a'] }),
      createdRun(store, { claims: ['a'] }),
      store.append(commit(1)),
      store.createRun(newRun({ admit: () => Promise.reject(refused) })),
      store.transact((tables) => tables.nextNumber('s')),
      store.flush(),
    ]);
    expect(settled.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true, true]);
    expect(ledger.commits).toBe(1);
    expect(await store.readLog({ runId: 1 })).toHaveLength(1);
  });

  it('start a commit of their own when they are log lines alone', async () => {
    const { ledger, store } = setUp();
    store.appendLog(Array.from({ length: 1_000 }, () => line));
    await store.flush();
    expect(ledger.commits).toBe(1);
    await store.close();
    expect(ledger.readLog({ runId: 1, task: undefined, after: 0, limit: 5_000 })).toHaveLength(1_000);
  });
});

describe('a commit that fails', () => {
  for (const failAt of ['commit', 'extendRun'] as const) {
    it(`at ${failAt} acknowledges nobody, and nothing is accepted after it`, async () => {
      const { ledger, store } = setUp();
      await createdRun(store);
      ledger.failAt = failAt;
      const settled = await Promise.allSettled([store.append(commit(1)), store.transact(async () => 1), store.flush()]);
      for (const result of settled) expect(result).toEqual({ status: 'rejected', reason: ledger.broken });
      ledger.failAt = undefined;
      expect(await rejection(store.append(commit(2)))).toBe(ledger.broken);
      expect(await rejection(createdRun(store))).toBe(ledger.broken);
      store.appendLog([line]);
      expect(await store.readLog({ runId: 1 })).toEqual([]);
      await store.close();
    });
  }

  it('is not saved by a callback that catches the failure of its own write', async () => {
    const { ledger, store } = setUp();
    ledger.failAt = 'putRow';
    const saved = store.transact(async (tables) => {
      await tables.put('t', 'k', {}).catch(() => undefined);
      return 'saved';
    });
    expect(await rejection(saved)).toBe(ledger.broken);
    expect(ledger.commits).toBe(0);
  });
});

describe('log lines that wait', () => {
  it('are bounded: more are refused whole, and accepted again after a flush', async () => {
    const { store } = setUp();
    store.appendLog(Array.from({ length: 1_999 }, () => line));
    expect(() => store.appendLog([line, line])).toThrow(LogBacklogError);
    store.appendLog([line]);
    await store.flush();
    store.appendLog([line, line]);
    expect(await store.readLog({ runId: 1, limit: 5_000 })).toHaveLength(2_002);
  });

  it('are committed by themselves after a while', async () => {
    const { ledger, store } = setUp();
    const committed = new Promise<void>((resolve) => {
      const insertLog = ledger.insertLog.bind(ledger);
      ledger.insertLog = (lines) => {
        insertLog(lines);
        resolve();
      };
    });
    store.appendLog([line]);
    await committed;
    expect(ledger.readLog({ runId: 1, task: undefined, after: 0, limit: 10 })).toHaveLength(1);
  });
});
