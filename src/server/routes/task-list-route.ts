import { toBasicTaskInstance } from '../../ocp/index.ts';
import type { Engine } from '../../run/index.ts';
import type { Store } from '../../store/index.ts';
import { errorCase } from '../error-cases.ts';
import { pageOf, paged } from '../lists/page.ts';
import { JsonText, route, type Route } from '../route.ts';
import { findRun } from '../tasks/find-run.ts';
import { RunCatalog } from '../tasks/run-catalog.ts';
import { taskListQuery, taskSorts } from '../tasks/task-list.ts';
import { BasicTaskInstance } from '../tasks/task-schemas.ts';
import { shownRun } from '../tasks/shown-run.ts';
import { TaskTexts } from '../tasks/task-texts.ts';

/** The list of tasks, newest first unless another order is asked for. */
export function taskListRoute({ engine, store }: { readonly engine: Engine; readonly store: Store }): Route {
  const catalog = new RunCatalog(store);
  const texts = new TaskTexts(async (run) => JSON.stringify(toBasicTaskInstance(await shownRun(store, run))));
  return route({
    method: 'GET',
    url: '/api/v2/tasks/instances',
    access: { domain: 'TASK', action: 'READ', id: 'any' },
    operationId: 'listTasks',
    tag: 'tasks',
    summary: 'List tasks',
    query: taskListQuery,
    data: pageOf(BasicTaskInstance),
    errors: [errorCase('COM10011', 'unknown sort field', 'Tasks cannot be sorted by "colour".')],
    async handle({ query, may }) {
      const runs = await catalog.matching(query);
      const visible = runs.filter(({ facts: { id } }) => may({ domain: 'TASK', id, action: 'READ' }));
      const { contents, page } = paged(visible, query, taskSorts);
      const versions = await store.runVersions({ ids: contents.map(({ facts }) => facts.id) });
      const versionOf = new Map(versions.map(({ runId, eventCount }) => [runId, eventCount]));
      const listed: Buffer[] = [];
      for (const { facts } of contents) {
        const version = versionOf.get(facts.id);
        // One that has been pruned since is left out.
        if (version !== undefined)
          listed.push(await texts.bytesOf({ runId: facts.id, version }, () => findRun(engine, facts.id)));
      }
      return new JsonText(pageBytes(listed, page));
    },
  });
}

function pageBytes(listed: readonly Buffer[], page: object): Buffer {
  const separated = listed.flatMap((bytes, index) => (index === 0 ? [bytes] : [comma, bytes]));
  return Buffer.concat([Buffer.from('{"contents":['), ...separated, Buffer.from(`],"page":${JSON.stringify(page)}}`)]);
}

const comma = Buffer.from(',');
