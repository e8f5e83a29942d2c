import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/run/index.ts';
import { recordedRun } from '../../src/run/recorded-run.ts';
import type { RunSnapshot } from '../../src/state/index.ts';
import { checkStoreFile, sqliteStore } from '../../src/store/index.ts';
import { migrations } from '../../src/store/sqlite/schema.ts';
import { defineWorkflow } from '../../src/workflow/index.ts';
import { goldenWorkflow } from './golden/golden-workflow.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory();
const golden = (name: string): string => join(import.meta.dirname, 'golden', name);

function copyOf(name: string): string {
  const file = join(directory(), `${name}.db`);
  writeFileSync(file, gunzipSync(readFileSync(golden(`${name}.db.gz`))));
  return file;
}

describe.each([
  ['v1', 1],
  ['v3', 3],
])('the golden store %s', { timeout: 60_000 }, (name, version) => {
  const expected = JSON.parse(readFileSync(golden(`${name}.json`), 'utf8')) as readonly RunSnapshot[];

  it('is sound as it is, and after it was brought to the newest version', async () => {
    const file = copyOf(name);
    expect(expected.map(({ state }) => state)).toEqual(['SUCCESS', 'FAILED', 'ROLLED_BACK', 'RUNNING']);
    expect(checkStoreFile(file)).toMatchObject({ version, runs: 4, problems: [] });
    await sqliteStore(file).close();
    expect(checkStoreFile(file)).toMatchObject({ version: migrations.length, runs: 4, problems: [] });
  });

  it('replays every run to what was shown of it', async () => {
    const store = sqliteStore(copyOf(name));
    for (const snapshot of expected) {
      const run = await store.readRun(snapshot.id);
      expect(run && JSON.parse(JSON.stringify(recordedRun(run, () => 0).snapshot()))).toEqual(snapshot);
      expect(run?.state).toBe(snapshot.state);
    }
    expect((await store.readLog({ runId: 1 })).filter(({ text }) => text === 'a ran')).toHaveLength(2);
    expect((await store.readRun(1))?.events.find(({ type }) => type === 'task-succeeded')).toMatchObject({
      output: JSON.parse('{"__proto__":"kept","text":"héllo"}') as object,
    });
    await store.close();
  });

  it('goes on: its open run ends, its keys answer, its claims were held, and new runs have new ids', async () => {
    const store = sqliteStore(copyOf(name));
    const workflow = goldenWorkflow(defineWorkflow, { isMaking: false });
    const engine = createEngine({ store, workflows: [workflow], recover: false });
    const clash = engine.start(workflow, { kind: 'open' });
    await expect(clash).rejects.toMatchObject({ code: 'CLAIM_HELD' });
    const known = await engine.start(workflow, { kind: 'fails' }, { idempotencyKey: 'key of fails' });
    expect([known.id, known.state]).toEqual([2, 'FAILED']);
    const run = await untilTaken(engine);
    expect(await run?.outcome()).toMatchObject({ state: 'SUCCESS', outputs: { b: 2, c: 3 } });
    const next = await engine.start(workflow, { kind: 'open' });
    expect(next.id).toBe(5);
    await next.outcome();
    await engine.close();
    await store.close();
  });
});

/** The process that had the run is of another machine: it is dead when it has shown no sign of life for its lease. */
async function untilTaken(engine: ReturnType<typeof createEngine>) {
  for (;;) {
    const { runs } = await engine.recover();
    if (runs.length > 0) return runs[0];
    await new Promise((passed) => setTimeout(passed, 50));
  }
}
