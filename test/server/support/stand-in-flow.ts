import addObServer from 'precede/workflows/add-ob-server';
import { OutcomeUnknownError } from '../../../src/run/index.ts';
import type { Workflow } from '../../../src/workflow/index.ts';

/** What a task's body does when it is its turn: nothing, fail, lose sight of its outcome, or wait for the test. */
export type Conduct = 'succeed' | 'fail' | 'unknown' | Promise<unknown>;

/** The shipped workflow with bodies that do what a test says instead of reaching for hosts. */
export interface StandInFlow {
  readonly workflow: Workflow;
  /** By the name of a task, or by its key. */
  readonly conduct: Map<string, Conduct>;
}

/** Everything of the workflow is real: its input, its tasks and edges, what it admits and settles. Its steps are not. */
export function standInFlow({ notSkippable = [] }: { readonly notSkippable?: readonly string[] } = {}): StandInFlow {
  const conduct = new Map<string, Conduct>();
  const real = addObServer as Workflow;
  const workflow: Workflow = {
    ...real,
    expand: (input) => {
      const declaration = real.expand(input);
      return {
        ...declaration,
        tasks: declaration.tasks.map((task) => ({
          ...task,
          skippable: !notSkippable.includes(task.name),
          body: {
            run: async (context) => {
              const asked = conduct.get(task.key) ?? conduct.get(task.name) ?? 'succeed';
              context.log.info(`${task.name} under way`);
              if (asked === 'unknown') throw new OutcomeUnknownError('the connection was lost');
              if (asked === 'fail') throw new Error(`${task.name} was told to fail`);
              await Promise.race([asked, aborted(context.signal)]);
              return {};
            },
            undo: async () => undefined,
          },
        })),
      };
    },
  };
  return { workflow, conduct };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
