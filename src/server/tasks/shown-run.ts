import { clusterIn } from '../../oceanbase/index.ts';
import type { Run } from '../../run/index.ts';
import type { RunSnapshot } from '../../state/index.ts';
import type { Store } from '../../store/index.ts';

/** A run as the task endpoints show it: they tell of its cluster whether it is primary, which starting a run does not. */
export async function shownRun(store: Store, run: Run): Promise<RunSnapshot> {
  const snapshot = run.snapshot();
  const { id } = snapshot.subject ?? {};
  const cluster = typeof id === 'number' ? await store.view((rows) => clusterIn(rows, id)) : undefined;
  return cluster ? { ...snapshot, subject: { ...snapshot.subject, type: cluster.type } } : snapshot;
}
