import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore, sqliteStore, type Store } from '../src/store/index.ts';

/**
 * Commits a second: how many appends of one event each are acknowledged, with 1 and with 64 appenders that wait for
 * their own before the next. Three rounds, interleaved, since disks and neighbours are noisy.
 */
const directory = mkdtempSync(join(tmpdir(), 'precede-bench-'));
const rounds = 3;
const forMs = 1_000;
let files = 0;

const stores: Readonly<Record<string, () => Store>> = {
  sqliteStore: () => sqliteStore(join(directory, `${++files}.db`)),
  memoryStore: () => memoryStore(),
};

try {
  for (let round = 1; round <= rounds; round++) {
    for (const [name, open] of Object.entries(stores)) {
      for (const appenders of [1, 64]) {
        const perSecond = await measure(open(), appenders);
        process.stdout.write(`${name} · ${appenders} appenders · ${Math.round(perSecond)} commits/s\n`);
      }
    }
  }
} finally {
  rmSync(directory, { recursive: true });
}

async function measure(store: Store, appenders: number): Promise<number> {
  await createRun(store);
  let commits = 0;
  const fromMs = performance.now();
  const append = async (task: number): Promise<void> => {
    while (performance.now() - fromMs < forMs) {
      const atMs = Date.now();
      await store.append({
        fence: 1,
        runId: 1,
        events: [{ type: 'task-started', task, attempt: 1, atMs }],
        state: 'RUNNING',
      });
      // Lets the clock and other appenders have their turn where commits are immediate.
      if (++commits % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: appenders }, (_, task) => append(task)));
  const perSecond = commits / ((performance.now() - fromMs) / 1_000);
  await store.close();
  return perSecond;
}

async function createRun(store: Store): Promise<void> {
  await store.createRun({
    claims: [],
    taskCount: 64,
    admit: async ({ runId, firstTaskId }) => ({
      header: {
        id: runId,
        firstTaskId,
        workflow: 'bench',
        workflowVersion: '1',
        fingerprint: '',
        plan: {},
        input: {},
        claims: [],
        creator: { id: 1, name: 'bench' },
        context: { stringMap: {}, listMap: {} },
        createdAtMs: Date.now(),
        utcOffsetMinutes: 0,
      },
      events: [],
      state: 'RUNNING',
    }),
  });
}
