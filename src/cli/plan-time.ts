import { InvalidArgumentError, Option, type Command } from 'commander';
import type { EstimateOptions, Plan } from '../plan/index.ts';
import { observedDurations } from '../run/index.ts';
import type { StepDurations } from '../state/index.ts';
import { concurrency } from './common-flags.ts';
import type { Output } from './output.ts';
import { storeExists, storePath } from './store-place.ts';
import { limitsAsRun } from './run-picture.ts';

/** What the command line says of how the time of a plan is estimated. */
export interface TimeFlags {
  readonly store?: string;
  readonly estimates: 'observed' | 'declared';
  readonly concurrency?: readonly number[];
}

const concurrenciesMax = 16;

/** Adds `--concurrency`, with several values to compare. */
export function withConcurrencies(command: Command): Command {
  return command.option(
    '--concurrency <counts>',
    'tasks at a time, or Infinity (default: 16); several, such as 1,4,16, are compared',
    concurrencies,
  );
}

/** Adds `--estimates`, which goes with `--store`. */
export function withEstimatesFlag(command: Command): Command {
  return command.addOption(
    new Option('--estimates <source>', 'durations that earlier runs in the store took, or those declared')
      .choices(['observed', 'declared'])
      .default('observed'),
  );
}

/**
 * How a plan's time is estimated: with what the runs of the store took, where it knows the workflow. A store that was named
 * must be one; of another that cannot be read a line on `err` tells. Nothing is written.
 *
 * @throws StoreUnreadableError, StoreVersionError
 */
export function timeOptions(plan: Plan, flags: TimeFlags, err: Output): EstimateOptions {
  const { concurrency: several = [] } = flags;
  const { runs, durationMs } = observed(plan, flags, err);
  return {
    limits: limitsAsRun,
    concurrency: several[0],
    compare: several.length > 1 ? several : [],
    durations: ({ name, kind }) => (kind === 'barrier' ? undefined : durationMs.get(name)),
    observedRuns: runs,
  };
}

const nothing: StepDurations = Object.freeze({ runs: 0, durationMs: new Map<string, number>() });

function observed({ workflow }: Plan, { store, estimates }: TimeFlags, err: Output): StepDurations {
  if (estimates === 'declared') return nothing;
  const file = storePath(store);
  if (store !== undefined) return observedDurations(file, workflow.name);
  if (!storeExists(file)) return nothing;
  try {
    return observedDurations(file, workflow.name);
  } catch (error) {
    // Nobody has asked for this store; the plan is as good without it.
    const why = error instanceof Error ? error.message : String(error);
    err.lines([`warning: durations are as declared. ${why}`]);
    return nothing;
  }
}

function concurrencies(text: string): readonly number[] {
  const several = text.split(',').map((count) => concurrency(count.trim()));
  if (several.length > concurrenciesMax) throw new InvalidArgumentError(`At most ${concurrenciesMax} are compared.`);
  if (new Set(several).size < several.length) throw new InvalidArgumentError('Each is given once.');
  return several;
}
