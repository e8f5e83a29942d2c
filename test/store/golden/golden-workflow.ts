import { z } from 'zod';
import type { defineWorkflow, Workflow } from '../../../src/workflow/index.ts';

/** What becomes of a run: it succeeds, fails for good, is to be undone, or is under way when its process ends. */
export type GoldenKind = 'succeeds' | 'fails' | 'undone' | 'open';

const input = z.object({ kind: z.enum(['succeeds', 'fails', 'undone', 'open']) });

/**
 * The workflow of the golden stores; what it declares must stay as it is. `define` is that of the version that makes
 * one. In the process that makes one, task `b` of an open run never ends; its effect is found to be in place later.
 */
export function goldenWorkflow(define: typeof defineWorkflow, { isMaking }: { readonly isMaking: boolean }): Workflow {
  const done = new Set<string>();
  return define({
    name: 'Golden',
    version: '1',
    input,
    claims: ({ kind }) => [`golden:${kind}`],
    declare(flow, { kind }) {
      const a = flow.task('a', {
        run: ({ log, attempt }) => {
          log.info('a ran');
          if (kind === 'succeeds' && attempt === 1) throw new Error('not yet');
          return { ['__proto__']: 'kept', text: 'héllo' };
        },
        retry: { attemptsMax: 2, backoffMs: 1, jitter: 0 },
        undo: () => undefined,
      });
      const b = flow.task('b', {
        upstream: { a },
        run: () => {
          if (kind === 'fails') throw Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
          if (kind === 'open' && isMaking) return new Promise<number>(() => undefined);
          done.add(kind);
          return 2;
        },
        check: () => (done.has(kind) || (kind === 'open' && !isMaking) ? { done: 2 } : 'needed'),
        undo: () => void done.delete(kind),
      });
      flow.task('c', {
        upstream: { b },
        run: ({ upstream }) => {
          if (kind === 'undone') throw new Error('to be undone');
          return upstream.b + 1;
        },
        undo: () => undefined,
      });
    },
  });
}
