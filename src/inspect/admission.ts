import { RefusedError, type Problem } from '../errors/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import { problemOf } from './look.ts';

/** What is asked of a store to know whether it would take a run. */
export type AdmittingStore = Pick<Store, 'transact' | 'listRuns'>;

const openStates = ['RUNNING', 'PAUSED', 'ROLLING_BACK'] as const;

/**
 * Why a store would refuse to create the run now: claims that others hold, and what the workflow's `admit` says, in a
 * transaction that is never committed.
 */
export async function admissionProblems(plan: Plan, store: AdmittingStore): Promise<readonly Problem[]> {
  return [...(await heldClaims(plan, store)), ...(await refusedAdmission(plan, store))];
}

async function heldClaims({ claims }: Plan, store: AdmittingStore): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const wanted = new Set(claims);
  if (wanted.size === 0) return problems;
  for (const state of openStates) {
    for (const { header } of await store.listRuns({ state, limit: Infinity })) {
      for (const claim of header.claims.filter((held) => wanted.has(held))) {
        const message = `"${claim}" is held by run ${header.id} (${header.workflow}), which is ${state}.`;
        const next = `Wait for the end of run ${header.id}.`;
        problems.push({ code: 'CLAIM_HELD', message, next, details: { claim, runId: header.id } });
      }
    }
  }
  return problems;
}

async function refusedAdmission({ workflow, input }: Plan, store: AdmittingStore): Promise<readonly Problem[]> {
  const admitted = new Error('Admitted, and taken back.');
  try {
    await store.transact(async (tables) => {
      await workflow.hooks.admit({ input, tables, runId: 0, nowMs: Date.now() });
      throw admitted;
    });
    return [];
  } catch (error) {
    if (error === admitted) return [];
    return error instanceof RefusedError ? error.problems : [problemOf(error)];
  }
}
