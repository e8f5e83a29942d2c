import { setImmediate as turn } from 'node:timers/promises';
import type { Answered, OpenApi } from './open-api.ts';

/** Asks for a task until it is over; the engine runs in this very process, so every turn of its loop gets on. */
export async function untilOver(api: OpenApi, taskId: number): Promise<Answered> {
  for (;;) {
    const answered = await api.get(`/api/v2/tasks/instances/${taskId}`);
    if (answered.data['status'] !== 'RUNNING') return answered;
    await turn();
  }
}

/** The same until one of its subtasks has a status. */
export async function untilSubtask(
  api: OpenApi,
  taskId: number,
  wanted: { name: string; status: string },
): Promise<number> {
  for (;;) {
    const { data } = await api.get(`/api/v2/tasks/instances/${taskId}`);
    const subtasks = data['subtasks'] as readonly { id: number; name: string; status: string }[];
    const found = subtasks.find(({ name, status }) => name === wanted.name && status === wanted.status);
    if (found) return found.id;
    await turn();
  }
}
