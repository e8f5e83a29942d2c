import { toBasicTaskInstance, type OcpBasicTaskInstance } from './basic-task-instance.ts';
import { toFlatTaskInstance, type OcpFlatTaskInstance } from './flat-task-instance.ts';
import type { TaskAnswer } from './from-task-answer.ts';
import { toTaskInfo, type OcpTaskInfo } from './task-info.ts';
import { toTaskInstance, type OcpTaskInstance } from './task-instance.ts';

/**
 * A task that was read, in the shape in which it came, without envelope: the same ids, edges, names and statuses, children
 * by id, keys in documented order. `WrappedTaskInstance` is written as `toTaskInstance` writes it.
 * O(tasks log tasks + edges).
 */
export function toTaskAnswer({
  snapshot,
  shape,
}: Pick<TaskAnswer, 'snapshot' | 'shape'>): OcpTaskInfo | OcpTaskInstance | OcpFlatTaskInstance | OcpBasicTaskInstance {
  switch (shape) {
    case 'TaskInfo':
      return toTaskInfo(snapshot);
    case 'TaskInstance':
      return toFlatTaskInstance(snapshot);
    case 'WrappedTaskInstance':
      return toTaskInstance(snapshot);
    case 'BasicTaskInstance':
      return toBasicTaskInstance(snapshot);
    default:
      return unreachable(shape);
  }
}

function unreachable(shape: never): never {
  throw new RangeError(`No such shape: ${String(shape)}`);
}
