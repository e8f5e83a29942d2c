import type { KeptLogLine, LogQuery, Store } from '../store/index.ts';

const pageLines = 1_000;

/** All kept log lines of a run or task after a sequence number, page by page. */
export async function* logPages(store: Store, query: Omit<LogQuery, 'limit'>): AsyncGenerator<readonly KeptLogLine[]> {
  let after = query.after ?? 0;
  for (;;) {
    const page = await store.readLog({ ...query, after, limit: pageLines });
    if (page.length > 0) yield page;
    if (page.length < pageLines) return;
    after = page.at(-1)?.sequence ?? after;
  }
}

/** The last `count` lines that a task's log got, oldest first. O(lines of the task). */
export async function lastLogLines(
  store: Store,
  { runId, task, count }: { readonly runId: number; readonly task: number; readonly count: number },
): Promise<readonly string[]> {
  let last: readonly KeptLogLine[] = [];
  for await (const page of logPages(store, { runId, task })) {
    last = [...last, ...page.filter(({ level }) => level !== 'debug')].slice(-count);
  }
  return last.flatMap(({ text }) => text.split('\n')).slice(-count);
}
