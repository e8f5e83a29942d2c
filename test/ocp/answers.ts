/** A child of an answer, in any of the shapes. */
export interface AnswerChild extends Readonly<Record<string, unknown>> {
  readonly id: number;
  readonly name: string;
  readonly upstreams: readonly number[];
  readonly downstreams: readonly number[];
}

/** One stage of a flow: what stands there, how many copies of it, and its time limit in seconds. */
export type Stage = readonly [name: string, copies: number, timeout?: number];

/** Stages one after the other, every copy linked to every copy of the next stage, as the documented flows have it. */
export function stagedChildren(stages: readonly Stage[], firstId = 100): readonly AnswerChild[] {
  let nextId = firstId;
  const idsOf = stages.map(([, copies]) => Array.from({ length: copies }, () => nextId++));
  return stages.flatMap(([name, copies, timeout = 0], at) =>
    (idsOf[at] ?? []).map((id, copy) => ({
      id,
      name,
      description: name,
      operation: 'EXECUTE',
      status: at === 0 ? 'READY' : 'PENDING',
      parallelIdx: copies === 1 ? -1 : copy,
      timeout,
      runTime: 1,
      upstreams: idsOf[at - 1] ?? [],
      downstreams: idsOf[at + 1] ?? [],
    })),
  );
}

/** A child as the oldest shape has it. */
export function oldChild({ id, name, upstreams, downstreams, status }: AnswerChild): AnswerChild {
  const word = status === 'READY' ? 'RUNNING' : status;
  return { description: name, downstreams, id, name, operation: 'EXECUTE', status: word, upstreams };
}

/** A child as lists have it: without edges. */
export function listedChild({ id, name, status }: AnswerChild): Readonly<Record<string, unknown>> {
  return { id, name, description: name, status, operation: 'EXECUTE' };
}

/** Two clusters at once: two roots, two sinks, eleven children. */
export const batchStages: readonly Stage[] = [
  ['Prepare add arbitration service', 2, 300],
  ['Wait node', 1, 30],
  ['Install rpm', 2, 1_800],
  ['Wait node', 1, 30],
  ['Add arbitration service', 2, 600],
  ['Wait node', 1, 30],
  ['Update OB cluster status', 2, 30],
];

/** Two services of a group: two roots, one sink, eighteen children, the last of them without a time limit. */
export const upgradeStages: readonly Stage[] = [
  ['Prepare upgrade', 2, 300],
  ['Wait node', 1, 30],
  ['Install rpm', 2, 1_800],
  ['Wait node', 1, 30],
  ['Stop service', 2, 1_200],
  ['Wait node', 1, 30],
  ['Start service', 2, 1_200],
  ['Wait node', 1, 30],
  ['Check service', 2, 300],
  ['Wait node', 1, 30],
  ['Update version', 2, 30],
  ['Finish node', 1],
];

/** The envelope of a documented answer. */
export function enveloped(data: unknown): Readonly<Record<string, unknown>> {
  const timestamp = '2024-01-01T00:00:00+08:00';
  return {
    data,
    duration: 7,
    server: '10.0.0.1',
    status: 200,
    successful: true,
    timestamp,
    traceId: '0123456789abcdef',
  };
}
