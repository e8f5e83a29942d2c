import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createHostConnections, runCommand, sh, startSandbox, type HostConnections } from '../src/oceanbase/index.ts';
import { estimatePlan, planWorkflow } from '../src/plan/index.ts';
import { createEngine } from '../src/run/index.ts';
import { sqliteStore } from '../src/store/index.ts';
import { defineWorkflow, type Task, type Workflow } from '../src/workflow/index.ts';

/**
 * How long runs take, beside what their plans say: commands of known length on the hosts of a sandbox, over SSH, one a host
 * at a time, with 1, 4 and 16 slots. Exit code 1 when a run is not within 10 % of its plan.
 */
const hostCount = 6;
const concurrencies = [1, 4, 16];
const differenceMax = 0.1;
const limits = { 'host:*': 1 };

const directory = mkdtempSync(join(tmpdir(), 'precede-bench-'));
const sandbox = await startSandbox({ servers: hostCount });
const hosts = createHostConnections({
  hosts: async (id) => {
    const found = sandbox.hosts.find((host) => host.id === id);
    if (!found) throw new Error(`There is no host ${id}.`);
    return { id, ...found.ssh };
  },
});

try {
  const workflow = sleeping(hosts);
  // A plan says nothing of how long it takes to open a connection.
  await Promise.all(hostIds().map((id) => runCommand(hosts.session(id), sh`true`)));
  print('slots', 'planned s', 'took s', 'ratio', 'peak');
  for (const concurrency of concurrencies) await measure(workflow, concurrency);
} finally {
  await hosts.close();
  await sandbox.stop();
  rmSync(directory, { recursive: true });
}

function hostIds(): readonly number[] {
  return Array.from({ length: hostCount }, (_, index) => index + 1);
}

//  prepare -> fetch (each host) -> unpack (its own host) -> joined -> finish
//  prepare -> look  (each host) ------------------------->
function sleeping(connections: HostConnections): Workflow {
  return defineWorkflow({
    name: 'Sleeping',
    version: '1',
    input: z.unknown(),
    declare: (flow) => {
      const onHost = (host: number, name: string, { ms, upstream }: { ms: number; upstream: readonly Task[] }) =>
        flow.task(name, {
          upstream: [...upstream],
          run: async () => {
            await runCommand(connections.session(host), sh`sleep ${(ms / 1_000).toFixed(3)}`);
          },
          estimateMs: ms,
          limits: [`host:${host}`],
        });
      const key = { key: (host: number) => `host:${host}` };
      const prepared = onHost(1, 'prepare', { ms: 700, upstream: [] });
      const lanes = flow.forEach(
        hostIds(),
        (host) => {
          const fetched = onHost(host, 'fetch', { ms: 700 + 150 * host, upstream: [prepared] });
          const unpacked = onHost(host, 'unpack', { ms: 1_500 - 100 * host, upstream: [fetched] });
          const looked = onHost(host, 'look', { ms: 600, upstream: [prepared] });
          return { unpacked, looked };
        },
        key,
      );
      const joined = flow.barrier('joined', [lanes.unpacked, lanes.looked]);
      onHost(2, 'finish', { ms: 700, upstream: [joined] });
    },
  });
}

async function measure(workflow: Workflow, concurrency: number): Promise<void> {
  const { makespanMs, peakConcurrency } = estimatePlan(planWorkflow(workflow, {}), { concurrency, limits });
  const store = sqliteStore(join(directory, `${concurrency}.db`));
  const engine = createEngine({ store, concurrency, limits });
  const run = await engine.start(workflow, {});
  const { state } = await run.outcome();
  const { startedAtMs = NaN, finishedAtMs = NaN } = run.snapshot();
  await engine.close();
  await store.close();
  if (state !== 'SUCCESS') throw new Error(`The run ended as ${state}.`);
  const tookMs = finishedAtMs - startedAtMs;
  const ratio = tookMs / makespanMs;
  const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
  print(String(concurrency), seconds(makespanMs), seconds(tookMs), ratio.toFixed(3), String(peakConcurrency));
  if (!(Math.abs(ratio - 1) <= differenceMax)) process.exitCode = 1;
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(10)).join('')}\n`);
}
