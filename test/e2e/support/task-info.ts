import { expect } from 'vitest';
import type { Ended } from './precede.ts';

/** A task as the documented JSON has it. */
export interface Child {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly upstreams: readonly number[];
  readonly downstreams: readonly number[];
}

/** A run as the documented JSON has it. */
export interface TaskInfo {
  readonly id: number;
  readonly status: string;
  readonly tasks: readonly Child[];
}

/** The stages of the documented flow, in order: what stands there, and for how many: N hosts, or one. */
const stages: readonly (readonly [name: string, isPerHost: boolean])[] = [
  ['Prepare add observer', false],
  ['Reserve host', false],
  ['Pre check for install OB', true],
  ['Wait node', false],
  ['Install rpm', true],
  ['Wait node', false],
  ['Make dir for ob', true],
  ['Wait node', false],
  ['Start observer process with param', true],
  ['Wait node', false],
  ['Add observer', true],
  ['Wait observer active', false],
  ['Restart observer process', true],
  ['Wait observer active', false],
  ['Start ocp agent service', true],
  ['Wait node', false],
  ['Update observer status', true],
  ['Wait node', false],
  ['Update zone status', false],
  ['Sync cluster info', false],
  ['Update OB cluster status', false],
];

/** The tasks stage by stage, told by their edges alone: whoever has the same upstreams stands in the same stage. */
export function stagesOf({ tasks }: TaskInfo): readonly (readonly Child[])[] {
  const found: (readonly Child[])[] = [];
  let settled = new Set<number>();
  while (found.flat().length < tasks.length) {
    const next = tasks.filter(({ id, upstreams }) => !settled.has(id) && upstreams.every((up) => settled.has(up)));
    if (next.length === 0) throw new Error('the edges hold a cycle');
    found.push(next);
    settled = new Set([...settled, ...next.map(({ id }) => id)]);
  }
  return found;
}

/** Every stage hangs on the one before and on nothing else, looked at from outside. */
export function expectDocumentedEdges(info: TaskInfo, hosts: number): void {
  const found = stagesOf(info);
  const shape = found.map((stage) => ({ names: [...new Set(stage.map(({ name }) => name))], count: stage.length }));
  expect(shape).toEqual(stages.map(([name, isPerHost]) => ({ names: [name], count: isPerHost ? hosts : 1 })));
  for (const [at, stage] of found.entries()) {
    const before = (found[at - 1] ?? []).map(({ id }) => id).toSorted((a, b) => a - b);
    const after = (found[at + 1] ?? []).map(({ id }) => id).toSorted((a, b) => a - b);
    for (const { upstreams, downstreams } of stage) {
      expect(upstreams.toSorted((a, b) => a - b)).toEqual(before);
      expect(downstreams.toSorted((a, b) => a - b)).toEqual(after);
    }
  }
}

/** What a process printed as JSON. */
export function infoOf({ stdout }: Ended): TaskInfo {
  return JSON.parse(stdout) as TaskInfo;
}

/** Which tasks are in which state. */
export function namesByState({ tasks }: TaskInfo): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Array.from(
      Map.groupBy(tasks, ({ status }) => status),
      ([status, members]) => [status, members.map(({ name }) => name)],
    ),
  );
}
