import addObServer from 'precede/workflows/add-ob-server';
import type { Workflow } from '../../../src/workflow/index.ts';
import { zones } from './places.ts';

/** How long each body of a run in the timed zone takes, in milliseconds. */
export interface BodyTimes {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * The shipped workflow with bodies that wait instead of reaching for hosts. Everything else of it is real: its input, its
 * tasks and edges, what it admits and settles. Bodies may be repeated, so that a run goes on in the next process.
 */
export function timedFlow({ minMs, maxMs }: BodyTimes): Workflow {
  const real = addObServer as Workflow;
  return {
    ...real,
    expand: (input) => {
      const declaration = real.expand(input);
      const zoneName = zoneOf(input);
      return {
        ...declaration,
        tasks: declaration.tasks.map((task, index) => ({
          ...task,
          repeatable: true,
          body: {
            run: async ({ signal }) => {
              if (zoneName === zones.held) await aborted(signal);
              // Spread evenly, and the same in each run of the tests.
              if (zoneName === zones.timed) await waited(minMs + ((index * 7) % 11) * ((maxMs - minMs) / 10), signal);
              return {};
            },
            undo: async () => undefined,
          },
        })),
      };
    },
  };
}

function zoneOf(input: unknown): string | undefined {
  return (input as { readonly placements: readonly { readonly zoneName: string }[] }).placements[0]?.zoneName;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

function waited(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', leave);
      resolve();
    }, delayMs);
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave, { once: true });
  });
}
