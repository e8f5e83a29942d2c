import fc from 'fast-check';
import type { RunHeader, RunState } from '../../../src/state/index.ts';
import { describe, expect, it } from 'vitest';
import { paged } from '../../../src/server/lists/page.ts';
import { RunCatalog, type ListedRuns } from '../../../src/server/tasks/run-catalog.ts';
import { taskListQuery, taskSorts, type TaskFilter } from '../../../src/server/tasks/task-list.ts';
import { ApiError } from '../../../src/server/api-error.ts';
import { expectValid } from '../support/validates.ts';

/** The facts of a run that a test is about. */
interface Given {
  readonly name?: string;
  readonly state?: RunState;
  readonly subject?: NonNullable<RunHeader['subject']>;
  readonly hosts?: readonly string[];
  readonly createdAtMs?: number;
}

function header(id: number, { name = 'Add OB server', subject, hosts = [], createdAtMs = id }: Given): RunHeader {
  return {
    ...{ id, firstTaskId: id * 100, workflow: name, workflowVersion: '1', fingerprint: 'f', plan: {}, input: {} },
    ...{ claims: [], creator: { id: 100, name: 'admin' }, createdAtMs, utcOffsetMinutes: 0 },
    context: { stringMap: {}, listMap: { host_ids: hosts } },
    ...(subject === undefined ? {} : { subject }),
  };
}

/** A store of runs that says which headers were read, and that can be held up before it answers. */
class FakeRuns implements ListedRuns {
  readonly runs = new Map<number, Given>();
  readonly read: number[] = [];
  readonly batches: number[] = [];
  versionCalls = 0;
  /** Called after the versions have been taken, before they are told. */
  onVersions: () => Promise<void> = async () => {};
  onList: () => Promise<void> = async () => {};

  add(id: number, given: Given = {}): this {
    this.runs.set(id, given);
    return this;
  }

  async runVersions() {
    this.versionCalls += 1;
    const versions = [...this.runs]
      .toSorted(([a], [b]) => a - b)
      .map(([runId, { state = 'RUNNING' }]) => ({ runId, state, updatedAtMs: 1, eventCount: 1 }));
    await this.onVersions();
    return versions;
  }

  async listRuns({ ids }: { readonly ids: readonly number[]; readonly limit: number }) {
    this.batches.push(ids.length);
    this.read.push(...ids);
    await this.onList();
    return ids
      .filter((id) => this.runs.has(id))
      .map((id) => ({ header: header(id, this.runs.get(id) ?? {}), state: 'RUNNING' as const, updatedAtMs: 1 }));
  }
}

async function ids(catalog: RunCatalog, filter: TaskFilter = {}): Promise<readonly number[]> {
  return (await catalog.matching(filter)).map(({ facts }) => facts.id);
}

const upgrade = { id: 21, name: 'ob_upgrade', obClusterId: 22 };

function severalRuns(): FakeRuns {
  return new FakeRuns()
    .add(1, { state: 'SUCCESS', subject: upgrade, hosts: ['1', '2'] })
    .add(2, { state: 'ROLLED_BACK', subject: { id: 30, name: "o'brien" }, hosts: ['3'] })
    .add(3, { state: 'CANCELLED', subject: upgrade, hosts: ['2'] })
    .add(4, { state: 'PAUSED', name: 'Restart "all"' });
}

describe('finding runs', () => {
  it('gives all, the newest first, with what is known of them', async () => {
    const runs = await new RunCatalog(severalRuns()).matching({});
    expect(runs.map(({ facts }) => facts.id)).toEqual([4, 3, 2, 1]);
    expect(runs[3]).toEqual({
      status: 'SUCCESSFUL',
      facts: {
        ...{ id: 1, name: 'Add OB server', clusterId: 21, clusterName: 'ob_upgrade', hostIds: [1, 2] },
        ...{ createdAtMs: 1, creator: 'admin' },
      },
    });
    expect(runs[0]?.facts).toMatchObject({ clusterId: null, clusterName: null, hostIds: [] });
  });

  it.each<[string, TaskFilter, readonly number[]]>([
    ['a part of the name in any case', { name: 'ob SERVER' }, [3, 2, 1]],
    ['a name with quotes', { name: '"ALL"' }, [4]],
    ['one status', { status: 'RUNNING' }, [4]],
    ['several statuses', { status: 'FAILED, SUCCESSFUL' }, [3, 2, 1]],
    ['the type that all have', { type: 'SCHEDULED,MANUAL' }, [4, 3, 2, 1]],
    ['a type that none has', { type: 'SCHEDULED' }, []],
    ['the name of the cluster as it is documented', { cluterName: 'ob_upgrade' }, [3, 1]],
    ['the name of the cluster', { clusterName: "o'brien" }, [2]],
    ['a part of the name of a cluster, which is none', { clusterName: 'ob_' }, []],
    ['two names of clusters', { cluterName: 'ob_upgrade', clusterName: "o'brien" }, []],
    ['the id of the cluster', { clusterId: 21 }, [3, 1]],
    ['the name of a tenant', { tenantName: 'sys' }, []],
    ['the id of a tenant', { tenantId: 0 }, []],
    ['a host', { hostId: 2 }, [3, 1]],
    ['everything at once', { name: 'add', status: 'SUCCESSFUL', type: 'MANUAL', clusterId: 21, hostId: 2 }, [1]],
    ['nothing but empty texts', { name: '', status: '', type: '', cluterName: '', tenantName: '' }, [4, 3, 2, 1]],
    ['a name of JavaScript', { clusterName: '__proto__' }, []],
  ])('filters by %s', async (_, filter, expected) => {
    expect(await ids(new RunCatalog(severalRuns()), filter)).toEqual(expected);
  });

  it('refuses a status or type that is not documented, and asks the store nothing', async () => {
    const store = severalRuns();
    const refusal = async (filter: TaskFilter) =>
      new RunCatalog(store).matching(filter).catch((error: unknown) => error);
    expect(await refusal({ status: 'SUCCESS' })).toMatchObject({ status: 400, ocpCode: 'COM10001' });
    const error = await refusal({ type: 'AUTOMATIC' });
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toContain('MANUAL, SYS_ONECE, SCHEDULED, SYS_SCHEDULED');
    expect(store.versionCalls).toBe(0);
  });

  it('takes nothing for granted of a header', async () => {
    const store = new FakeRuns()
      .add(1, { subject: { id: 'x', name: 7 }, hosts: ['', '-1', '1e3', '0x10', '12'] })
      .add(2, { subject: {}, name: '__proto__' });
    const runs = await new RunCatalog(store).matching({});
    expect(runs[1]?.facts).toMatchObject({ clusterId: null, clusterName: null, hostIds: [12] });
    expect(runs[0]?.facts.name).toBe('__proto__');
  });

  it('can be sorted by id, name, status and start', async () => {
    const runs = await new RunCatalog(severalRuns().add(5, { name: 'Zero', createdAtMs: 0 })).matching({});
    const order = (sort: string) => paged(runs, { sort }, taskSorts).contents.map(({ facts }) => facts.id);
    expect(order('id,asc')).toEqual([1, 2, 3, 4, 5]);
    expect(order('name,asc')).toEqual([3, 2, 1, 4, 5]);
    expect(order('status,asc')).toEqual([3, 5, 4, 2, 1]);
    expect(order('startTime,asc')).toEqual([5, 1, 2, 3, 4]);
  });

  it('knows every parameter that OCP documents, and the right spelling of one', () => {
    expect(Object.keys(taskListQuery.properties).toSorted()).toEqual(
      'name status type cluterName clusterName clusterId tenantName tenantId hostId page size sort'
        .split(' ')
        .toSorted(),
    );
    expectValid(taskListQuery, { cluterName: 'x', page: 1 });
  });
});

describe('what is kept of runs', () => {
  it('is read once for each run, while states are those of the call', async () => {
    const store = severalRuns();
    const catalog = new RunCatalog(store);
    await catalog.matching({});
    store.add(4, { state: 'SUCCESS' }).add(5);
    expect(await ids(catalog, { status: 'SUCCESSFUL' })).toEqual([4, 2, 1]);
    expect(store.read).toEqual([1, 2, 3, 4, 5]);
  });

  it('is forgotten when the run is pruned', async () => {
    const store = severalRuns();
    const catalog = new RunCatalog(store);
    await catalog.matching({});
    store.runs.delete(2);
    expect(await ids(catalog)).toEqual([4, 3, 1]);
    store.add(2);
    await catalog.matching({});
    expect(store.read).toEqual([1, 2, 3, 4, 2]);
  });

  it('leaves out a run that is pruned while it is looked at', async () => {
    const store = severalRuns();
    store.onVersions = async () => void store.runs.delete(3);
    expect(await ids(new RunCatalog(store))).toEqual([4, 2, 1]);
  });

  it('is read in batches of at most 100 headers', async () => {
    const store = new FakeRuns();
    for (let id = 1; id <= 250; id += 1) store.add(id);
    expect(await ids(new RunCatalog(store))).toHaveLength(250);
    expect(store.batches).toEqual([100, 100, 50]);
  });
});

describe('calls at the same time', () => {
  it('share a reading that begins after all of them', async () => {
    const store = severalRuns();
    const catalog = new RunCatalog(store);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    store.onVersions = () => gate;
    const early = ids(catalog);
    await Promise.resolve().then(() => undefined);
    store.add(5);
    const late = [ids(catalog), ids(catalog), ids(catalog)];
    open();
    expect(await early).toEqual([4, 3, 2, 1]);
    for (const listed of await Promise.all(late)) expect(listed).toEqual([5, 4, 3, 2, 1]);
    expect(store.versionCalls).toBe(2);
    expect(store.read).toEqual([1, 2, 3, 4, 5]);
  });

  it('are all told when the store fails, and the next call begins anew', async () => {
    const store = severalRuns();
    const catalog = new RunCatalog(store);
    store.onList = () => Promise.reject(new Error('no disk'));
    const both = await Promise.allSettled([catalog.matching({}), catalog.matching({})]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    store.onList = async () => {};
    expect(await ids(catalog)).toEqual([4, 3, 2, 1]);
  });

  it('each see the runs that stand at their time, whatever comes and goes', async () => {
    const step = fc.record({ id: fc.integer({ min: 1, max: 8 }), act: fc.constantFrom('add', 'prune', 'list') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const store = new FakeRuns();
        const catalog = new RunCatalog(store);
        const listed: Promise<readonly number[]>[] = [];
        for (const { id, act } of steps) {
          if (act === 'add') store.add(id);
          else if (act === 'prune') store.runs.delete(id);
          else listed.push(ids(catalog));
          if (id % 2 === 0) await Promise.resolve();
        }
        for (const one of await Promise.all(listed)) expect(one).toEqual(one.toSorted((a, b) => b - a));
        expect(await ids(catalog)).toEqual([...store.runs.keys()].toSorted((a, b) => b - a));
      }),
    );
  });
});
