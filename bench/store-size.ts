import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createEngine } from '../src/run/index.ts';
import { sqliteStore } from '../src/store/index.ts';
import { defineWorkflow, type Task } from '../src/workflow/index.ts';

/**
 * Bytes a task in a store file, as closed: the whole file over the tasks of its run, and how they spread over tables.
 * `add-ob-server` is a run on the sandbox, logs included; the chain is 10,000 tasks that do nothing.
 */
const directory = mkdtempSync(join(tmpdir(), 'precede-bench-'));
const chainLength = 10_000;

try {
  const chain = join(directory, 'chain.db');
  await runChain(chain);
  tell('chain', chain, chainLength);
  const servers = join(directory, 'servers.db');
  runAddObServer(servers);
  tell('add-ob-server', servers, tasksOf(servers));
} finally {
  rmSync(directory, { recursive: true });
}

async function runChain(file: string): Promise<void> {
  const workflow = defineWorkflow({
    name: 'chain',
    version: '1',
    input: z.object({}),
    declare(flow) {
      let before: Task | undefined;
      for (let number = 1; number <= chainLength; number++) {
        const upstream: Record<string, Task> = before ? { before } : {};
        before = flow.task(`task-${number}`, { upstream, run: () => null });
      }
    },
  });
  const store = sqliteStore(file);
  const engine = createEngine({ store, workflows: [workflow], recover: false });
  await (await engine.start(workflow, {})).outcome();
  await engine.close();
  await store.close();
}

function runAddObServer(file: string): void {
  const precede = fileURLToPath(new URL('../src/cli/precede.js', import.meta.url));
  const flags = ['--sandbox', '--servers', '2', '--zone', 'zone2', '--store', file];
  const { status, stderr } = spawnSync(process.execPath, [precede, 'run', 'add-ob-server', ...flags], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

function tasksOf(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = database.prepare('SELECT drawn FROM sequences WHERE name = ?').get('task')?.['drawn'];
  database.close();
  return Number(count);
}

function tell(name: string, file: string, tasks: number): void {
  const { size } = statSync(file);
  process.stdout.write(`${name} · ${tasks} tasks · ${size} bytes · ${(size / tasks).toFixed(0)} bytes/task\n`);
  const database = new DatabaseSync(file, { readOnly: true });
  const select = 'SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC LIMIT 4';
  for (const { name: table, bytes } of database.prepare(select).all()) {
    process.stdout.write(`  ${String(table)} · ${(Number(bytes) / tasks).toFixed(0)} bytes/task\n`);
  }
  database.close();
}
