import { backupStoreFile, checkStoreFile, type StoreCheck } from '../../store/index.ts';
import { cleanLine } from '../../text/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { withFormat } from '../common-flags.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { storePath, withStoreFlag } from '../store-place.ts';
import { bytesText } from '../views/bytes-text.ts';

interface StoreFlags {
  readonly store?: string;
  readonly format: 'text' | 'json';
}

const formats = ['text', 'json'] as const;

/** Adds `precede store` with `check` and `backup`. */
export function addStoreCommand({ command: store, terminal: { out }, setExitCode }: CommandTools): void {
  store
    .description('Looks after the file in which runs are kept. See also precede prune.')
    .addHelpText('after', examples);
  const check = store
    .command('check')
    .summary('look through a whole store, and write nothing')
    .description(
      "Checks the file's integrity, replays every run's journal, and compares what is kept of runs: their states, claims " +
        'and idempotency keys. Other processes may use the store meanwhile. Ends with 0 when it is sound, 1 when there ' +
        'are problems, 2 when there is no such store.',
    );
  withFormat(withStoreFlag(check), formats).action((flags: StoreFlags) => setExitCode(checkStore(flags, out)));
  const backup = store
    .command('backup <to>')
    .summary('copy a store as of one instant, and check the copy')
    .description(
      'Copies a store while other processes may use it. The copy holds what was recorded at one instant; it is checked ' +
        'and synced before it gets its name. Nothing is overwritten.',
    );
  withFormat(withStoreFlag(backup), formats).action((to: string, flags: StoreFlags) => backupStore(to, flags, out));
}

const examples = `
Examples:
  precede store check
  precede store check --store runs.db --format json
  precede store backup backups/monday.db --store runs.db`;

function checkStore({ store, format }: StoreFlags, out: Output): number {
  const check = checkStoreFile(storePath(store));
  out.lines(format === 'json' ? [JSON.stringify(check, null, 2)] : checkText(check));
  return check.problems.length === 0 ? exitCodes.done : exitCodes.failed;
}

function checkText({ version, runs, events, problems }: StoreCheck): readonly string[] {
  const seen = `${contentText(runs, events)}, version ${version}`;
  if (problems.length === 0) return [`Sound: ${seen}.`];
  const told = problems.flatMap(({ code, message, next }) => [`[${code}] ${cleanLine(message)}`, `  next: ${next}`]);
  return [...told, `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}: ${seen}.`];
}

function contentText(runs: number, events: number): string {
  return `${runs} ${runs === 1 ? 'run' : 'runs'} with ${events} ${events === 1 ? 'event' : 'events'}`;
}

function backupStore(to: string, { store, format }: StoreFlags, out: Output): void {
  const { file, version, runs, events, bytes } = backupStoreFile(storePath(store), to);
  if (format === 'json') out.lines([JSON.stringify({ file, version, runs, events, bytes }, null, 2)]);
  else out.lines([`Copied ${contentText(runs, events)}, ${bytesText(bytes)}; the copy is sound.`]);
}
