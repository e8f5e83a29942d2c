import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type * as RunRoom from '../../../src/run/index.ts';
import type * as StoreRoom from '../../../src/store/index.ts';
import type * as WorkflowRoom from '../../../src/workflow/index.ts';
import { goldenWorkflow, type GoldenKind } from './golden-workflow.ts';

/**
 * Makes a golden store: `node test/store/golden/make-golden.ts CHECKOUT NAME` writes NAME.db.gz, a store as the code of
 * that checkout leaves it when its process ends, and NAME.json, what it shows of every run. Made once for every version
 * of the layout, by the last code that writes it, and never again: v1 is of commit 46e5fda.
 */
const [, , checkout = '', name = ''] = process.argv;
const directory = mkdtempSync(join(tmpdir(), 'precede-golden-'));

const room = async <Room>(path: string): Promise<Room> =>
  (await import(pathToFileURL(resolve(checkout, 'src', path, 'index.ts')).href)) as Room;
const { createEngine } = await room<typeof RunRoom>('run');
const { sqliteStore } = await room<typeof StoreRoom>('store');
const { defineWorkflow } = await room<typeof WorkflowRoom>('workflow');

const workflow = goldenWorkflow(defineWorkflow, { isMaking: true });
const file = join(directory, 'store.db');
const store = sqliteStore(file, { leaseMs: 200 });
const engine = createEngine({ store, workflows: [workflow] });
const snapshots: unknown[] = [];

const start = async (kind: GoldenKind): Promise<RunRoom.Run> =>
  await engine.start(workflow, { kind }, { idempotencyKey: `key of ${kind}` });

for (const kind of ['succeeds', 'fails', 'undone'] as const) {
  const run = await start(kind);
  await run.outcome();
  if (kind === 'undone') {
    await engine.rollback(run.id);
    while (run.state !== 'ROLLED_BACK') await new Promise((passed) => setTimeout(passed, 10));
  }
  snapshots.push(run.snapshot());
}
const open = await start('open');
while (open.snapshot().tasks[1]?.state !== 'RUNNING') await new Promise((passed) => setTimeout(passed, 10));
snapshots.push(open.snapshot());
await store.flush();

const database = new DatabaseSync(file);
database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
database.close();
writeFileSync(join(import.meta.dirname, `${name}.db.gz`), gzipSync(readFileSync(file), { level: 9 }));
writeFileSync(join(import.meta.dirname, `${name}.json`), `${JSON.stringify(snapshots, null, 2)}\n`);
rmSync(directory, { recursive: true });
// As a crash would: nothing is closed.
process.exit();
