import { ConstantProcess } from './constant-process.ts';
import { hostOf, zones } from './places.ts';
import { addServer, detail } from './requests.ts';
import type { Stage } from './stage.ts';
import type { LoadResult } from './load.ts';

/** Reading a task, beside a constant answer of the same size that bare Fastify gives in the same round. */
export interface Reading {
  readonly name: string;
  readonly result: LoadResult;
  readonly constant: LoadResult;
  /** The rate as a share of the constant answer's. */
  readonly share: number;
  /** The same of processor time, which neighbours disturb less. */
  readonly cpuShare: number;
}

export interface ReadingPlan {
  readonly rounds: number;
  readonly forMs: number;
  readonly connections: number;
  /** How many runs change while they are read. */
  readonly busyRuns: number;
}

/**
 * Reads tasks over keep-alive connections, each kind of run in turn with the constant answer: one that goes on in this
 * process and has nothing new, one that has ended, and many that change all the time. Cluster 1 and 2 are for the first
 * two, the clusters after them for the others.
 */
export async function readings(stage: Stage, plan: ReadingPlan): Promise<readonly Reading[]> {
  await stage.data([
    addServer(1, { zoneName: zones.held, hostId: hostOf(1) }),
    addServer(2, { zoneName: zones.instant, hostId: hostOf(2) }),
  ]);
  const [held] = (await stage.send({ requests: [detail(1)], connections: 1, keepsBodies: true })).bodies;
  const constant = await ConstantProcess.start(Buffer.byteLength(held ?? ''));
  try {
    const found: Reading[] = [];
    // Neither side is to be measured while its code is being compiled.
    await reading('live, quiet', { stage, constant, plan, ids: [1, 2] });
    for (let round = 0; round < plan.rounds; round += 1) {
      found.push(await reading('live, quiet', { stage, constant, plan, ids: [1] }));
      found.push(await reading('ended', { stage, constant, plan, ids: [2] }));
    }
    found.push(await busyReading(stage, constant, plan));
    return found;
  } finally {
    constant.stop();
  }
}

async function busyReading(stage: Stage, constant: ConstantProcess, plan: ReadingPlan): Promise<Reading> {
  const clusters = Array.from({ length: plan.busyRuns }, (_, index) => index + 3);
  const requests = clusters.map((id) => addServer(id, { zoneName: zones.timed, hostId: hostOf(id) }));
  const started = await stage.data(requests, plan.connections);
  const ids = started.flatMap(({ data }) => (data ? [data.id] : []));
  return await reading('live, changing', { stage, constant, plan, ids });
}

interface ReadingParts {
  readonly stage: Stage;
  readonly constant: ConstantProcess;
  readonly plan: ReadingPlan;
  readonly ids: readonly number[];
}

async function reading(name: string, { stage, constant, plan, ids }: ReadingParts): Promise<Reading> {
  const job = { requests: ids.map(detail), connections: plan.connections, forMs: plan.forMs };
  const before = { server: (await stage.server.ask('vitals')).cpuMs, constant: await constant.cpuMs() };
  const result = await stage.send(job);
  const serverMs = (await stage.server.ask('vitals')).cpuMs - before.server;
  const compared = await stage.load.send({ ...job, port: constant.port });
  const constantMs = (await constant.cpuMs()) - before.constant;
  return {
    name,
    result,
    constant: compared,
    share: result.perSecond / compared.perSecond,
    cpuShare: constantMs / compared.count / (serverMs / result.count),
  };
}

/** The reading in the middle of those of a name, by its share. */
export function middleOf(all: readonly Reading[], name: string): Reading {
  const sorted = all.filter((one) => one.name === name).sort((one, other) => one.share - other.share);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle) throw new Error(`Nothing was read of a run that is ${name}.`);
  return middle;
}

/** A reading in one line. */
export function readingText({ result, share, cpuShare }: Reading): string {
  const { perSecond, p50Ms, p99Ms } = result;
  const rates = `${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  return `${rates}, ${share.toFixed(2)} of a constant answer (${cpuShare.toFixed(2)} by processor time)`;
}
