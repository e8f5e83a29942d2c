import type { CommandTools } from '../command-tools.ts';
import { recover, type RecoverFlags } from '../recover-runs.ts';
import { withBy, withFormat } from '../common-flags.ts';
import { withCarryFlags } from '../operate.ts';
import { withStoreFlag } from '../store-place.ts';

/** Adds `precede recover`. */
export function addRecoverCommand({ command, terminal, setExitCode }: CommandTools): void {
  command
    .description(
      'Takes up every open run of a store whose process has ended, and carries it to its end: what is recorded never ' +
        'runs again, and what was under way is settled by asking the hosts and the database. Runs that another process ' +
        'has are left to it. With --format json it prints what run prints; a list of that when there is not exactly one ' +
        'run. Ends with 0 when all runs are SUCCESS, or there are none; 1 when one ends otherwise; 2 when none could be ' +
        'taken up.',
    )
    .option('--accept-changes', 'go on with runs whose workflow has changed: planned tasks do what they do now');
  withBy(command);
  withStoreFlag(command);
  withFormat(command, ['text', 'json']);
  withCarryFlags(command);
  command.addHelpText('after', examples);
  command.action(async (flags: RecoverFlags) => setExitCode(await recover(flags, terminal)));
}

const examples = `
Examples:
  precede recover
  precede recover --store runs.db --sandbox-dir ./sandbox --format json`;
