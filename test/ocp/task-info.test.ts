import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fromTaskInfo, toEnvelope, toTaskInfo } from '../../src/ocp/index.ts';
import { planWorkflow } from '../../src/plan/index.ts';
import { runStates, taskStates, type RunSnapshot } from '../../src/state/index.ts';
import { defineWorkflow } from '../../src/workflow/index.ts';
import { plainTask, runOf, sampleState } from './fixture-state.ts';

const sampleText = readFileSync(new URL('../fixtures/add-ob-server.response.json', import.meta.url), 'utf8');
const sample = JSON.parse(sampleText) as { readonly data: unknown };

describe('toTaskInfo', () => {
  it('reproduces the documented answer byte for byte from its state', () => {
    const envelope = toEnvelope(toTaskInfo(sampleState), {
      timestampMs: Date.UTC(2021, 2, 2, 3, 6, 34, 429),
      utcOffsetMinutes: 8 * 60,
      durationMs: 209,
      traceId: '24d6311f6909408f',
      server: 'a83ad33525',
    });
    expect(`${JSON.stringify(envelope, null, 2)}\n`).toBe(sampleText);
  });

  it('reproduces the documented answer byte for byte from what was read of it', () => {
    expect(JSON.stringify(toTaskInfo(fromTaskInfo(sample)))).toBe(JSON.stringify(sample.data));
  });

  it('numbers the tasks of a plan from 1, all of them PENDING', () => {
    const plan = planWorkflow(
      defineWorkflow({
        name: 'Diamond',
        version: '1',
        input: z.object({}),
        //  1 -> 2 -> 4
        //  1 -> 3 -> 4
        declare(flow) {
          const a = flow.task('a', { run: () => 1 });
          const b = flow.task('b', { upstream: [a], run: () => 1 });
          const c = flow.task('c', { upstream: [a], run: () => 1, description: 'The third' });
          flow.barrier('Wait node', [b, c]);
        },
      }),
      {},
    );
    expect(toTaskInfo(plan)).toEqual({
      context: 'Context(parallelIdx=-1, stringMap={}, listMap={})',
      id: 0,
      name: 'Diamond',
      status: 'RUNNING',
      tasks: [
        {
          id: 1,
          name: 'a',
          description: 'a',
          operation: 'EXECUTE',
          status: 'PENDING',
          upstreams: [],
          downstreams: [2, 3],
        },
        {
          id: 2,
          name: 'b',
          description: 'b',
          operation: 'EXECUTE',
          status: 'PENDING',
          upstreams: [1],
          downstreams: [4],
        },
        {
          id: 3,
          name: 'c',
          description: 'The third',
          operation: 'EXECUTE',
          status: 'PENDING',
          upstreams: [1],
          downstreams: [4],
        },
        {
          id: 4,
          name: 'Wait node',
          description: 'Wait node',
          operation: 'EXECUTE',
          status: 'PENDING',
          upstreams: [2, 3],
          downstreams: [],
        },
      ],
    });
  });

  it('takes anything that has a snapshot', () => {
    expect(toTaskInfo({ snapshot: () => sampleState })).toEqual(toTaskInfo(sampleState));
  });

  it('prints the context of many hosts in the order of a Java map', () => {
    const { stringMap } = sampleState.context as Exclude<RunSnapshot['context'], string>;
    const hosts = Object.fromEntries([1, 2, 3, 4, 5].map((id) => [`host.${id}.zone`, `zone${id}`]));
    const context = { stringMap: { ...stringMap, ...hosts }, listMap: { host_ids: ['1', '2', '3', '4', '5'] } };
    // The order of the keys is OpenJDK's: the second set of fixtures/java-map-orders.json.
    expect(toTaskInfo({ ...sampleState, context }).context).toBe(
      'Context(parallelIdx=-1, stringMap={cluster_name=ob_upgrade, cluster_id=21, service_type=OB_CLUSTER, ' +
        'host.3.zone=zone3, rpm_name=oceanbase-2.2.75-20210108170301.el7.x86_64.rpm, service_name=ob_upgrade:22, ' +
        'host.2.zone=zone2, service_version=2.2.75, host.1.zone=zone1, host.5.zone=zone5, ob_cluster_id=22, ' +
        'host.4.zone=zone4}, listMap={host_ids=[1, 2, 3, 4, 5]})',
    );
  });

  it('makes downstreams the mirror of the upstreams, whatever a snapshot says', () => {
    const tasks = [
      { ...plainTask(9, 'last'), upstreams: [3] },
      { ...plainTask(3, 'first'), downstreams: [77] },
    ];
    const { tasks: children } = toTaskInfo(runOf(tasks));
    expect(children.map(({ id, upstreams, downstreams }) => ({ id, upstreams, downstreams }))).toEqual([
      { id: 3, upstreams: [], downstreams: [9] },
      { id: 9, upstreams: [3], downstreams: [] },
    ]);
  });

  it('leaves out what is unknown', () => {
    expect(toTaskInfo(runOf([]))).toEqual({ id: 1, name: 'Run', status: 'RUNNING', tasks: [] });
  });

  it('keeps unknown fields of the cluster, in alphabetical order', () => {
    const info = toTaskInfo(runOf([], { subject: { type: 'PRIMARY', a: { z: [1], b: 2 }, id: 1 }, tenant: { id: 5 } }));
    expect(JSON.stringify(info.cluster)).toBe('{"a":{"b":2,"z":[1]},"id":1,"type":"PRIMARY"}');
    expect(info.tenant).toEqual({ id: 5 });
  });

  it('tells every state of a task as the table of states says', () => {
    const words = taskStates.map((state) => {
      const [child] = toTaskInfo(runOf([{ ...plainTask(1, 'a'), state, operation: 'RETRY' }])).tasks;
      return `${state}: ${child?.status} ${child?.operation}`;
    });
    expect(words).toEqual([
      'PENDING: PENDING RETRY',
      'READY: PENDING RETRY',
      'RUNNING: RUNNING RETRY',
      'SUCCESS: SUCCESS RETRY',
      'FAILED: FAILED RETRY',
      'SKIPPED: SUCCESS SKIP',
      'CANCELLING: RUNNING CANCEL',
      'CANCELLED: FAILED CANCEL',
      'UNKNOWN: RUNNING RETRY',
      'ROLLING_BACK: RUNNING ROLLBACK',
      'ROLLED_BACK: PENDING ROLLBACK',
      'ROLLBACK_FAILED: FAILED ROLLBACK',
    ]);
  });

  it('tells every state of a run as the table of states says', () => {
    expect(runStates.map((state) => `${state}: ${toTaskInfo(runOf([], { state })).status}`)).toEqual([
      'RUNNING: RUNNING',
      'PAUSED: RUNNING',
      'SUCCESS: SUCCESS',
      'FAILED: FAILED',
      'CANCELLED: FAILED',
      'ROLLING_BACK: RUNNING',
      'ROLLED_BACK: SUCCESS',
      'ROLLBACK_FAILED: FAILED',
    ]);
  });

  it('shows every task of a rolled-back run as PENDING', () => {
    const tasks = taskStates.map((state, index) => ({ ...plainTask(index, 'a'), state }));
    const { tasks: children } = toTaskInfo(runOf(tasks, { state: 'ROLLED_BACK' }));
    expect(new Set(children.map(({ status }) => status))).toEqual(new Set(['PENDING']));
  });
});
