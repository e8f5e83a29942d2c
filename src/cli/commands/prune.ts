import { InvalidArgumentError, Option } from 'commander';
import { statSync } from 'node:fs';
import { isSettledRun, runStates, type RunState } from '../../state/index.ts';
import { giveBackSpace, type PrunedRun, type StoreSize } from '../../store/index.ts';
import { cleanLine } from '../../text/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { countOrNone, withFormat } from '../common-flags.ts';
import { duration } from '../duration-argument.ts';
import type { Terminal } from '../output.ts';
import { refusal } from '../refusal.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';
import { bytesText } from '../views/bytes-text.ts';
import { dateText } from '../views/clock-text.ts';
import { textTable } from '../views/text-table.ts';

interface PruneFlags {
  readonly store?: string;
  readonly olderThan?: number;
  readonly keep?: number;
  readonly state?: readonly RunState[];
  readonly dryRun?: true;
  readonly vacuum?: true;
  readonly format: 'text' | 'json';
}

/** What was removed, or would be, and what that did to the file. */
interface Pruning {
  readonly removed: readonly PrunedRun[];
  readonly isDryRun: boolean;
  readonly bytesBefore: number;
  /** Undefined in a dry run. */
  readonly after: StoreSize | undefined;
}

/** Adds `precede prune`. */
export function addPruneCommand({ command, terminal }: CommandTools): void {
  command
    .description(
      'Removes runs that are over, each whole: its journal, its log and its idempotency key. Open runs always stay, and ' +
        'no number of a run is ever given out again. With both --older-than and --keep a run goes only when both allow ' +
        'it; without either nothing is removed. Other processes may use the store meanwhile. Space that is free ' +
        'afterwards is given back to the file system, as far as the file allows that; see --vacuum.',
    )
    .addOption(new Option('--older-than <time>', 'only runs that ended longer ago, such as 30d').argParser(duration))
    .addOption(
      new Option('--keep <count>', 'the newest so many stay, counted among those in --state').argParser(countOrNone),
    )
    .addOption(
      new Option('--state <state...>', 'only runs in these states (default: all that are over)').argParser(endedState),
    )
    .option('--dry-run', 'say what would be removed, and remove nothing')
    .option('--vacuum', 'write the whole file anew: gives back most, takes as much space again, keeps writers waiting');
  withStoreFlag(command);
  withFormat(command, ['text', 'json']);
  command.addHelpText('after', examples);
  command.action((flags: PruneFlags) => prune(flags, terminal));
}

const examples = `
Examples:
  precede prune --older-than 30d --dry-run
  precede prune --older-than 30d --keep 100
  precede prune --keep 1000 --state SUCCESS --store runs.db --format json`;

async function prune(flags: PruneFlags, { out }: Terminal): Promise<void> {
  const { olderThan, keep, state: states, dryRun = false, format } = flags;
  if (olderThan === undefined && keep === undefined) throw unbounded();
  const file = storePath(flags.store);
  const store = openExistingStore(file);
  const bytesBefore = statSync(file).size;
  const request = {
    ...(olderThan === undefined ? {} : { beforeMs: Date.now() - olderThan }),
    ...(keep === undefined ? {} : { keep }),
    ...(states === undefined ? {} : { states }),
  };
  let removed: readonly PrunedRun[];
  try {
    removed = await store.prune({ ...request, dryRun });
  } finally {
    await store.close();
  }
  const after = dryRun ? undefined : giveBackSpace(file, { rewrite: flags.vacuum ?? false });
  const pruning = { removed, isDryRun: dryRun, bytesBefore, after };
  out.lines(format === 'json' ? [JSON.stringify(jsonOf(pruning), null, 2)] : textOf(pruning));
}

function unbounded(): Error {
  return refusal('Prune', {
    code: 'PRUNE_UNBOUNDED',
    message: 'Neither --older-than nor --keep says which runs may go.',
    next: 'Try precede prune --older-than 30d --dry-run; all that are over go with --keep 0.',
  });
}

function endedState(text: string, before: readonly RunState[] | undefined): readonly RunState[] {
  const ended = runStates.filter(isSettledRun);
  const state = ended.find((known) => known === text.toUpperCase());
  if (state === undefined) throw new InvalidArgumentError(`Allowed choices are ${ended.join(', ')}.`);
  return [...(before ?? []), state];
}

function jsonOf({ removed, isDryRun, bytesBefore, after }: Pruning) {
  const size = after && { bytesAfter: after.bytes, freeBytes: after.freeBytes };
  return { isDryRun, removed, bytesBefore, ...size };
}

function textOf({ removed, bytesBefore, after }: Pruning): readonly string[] {
  const count = `${removed.length} ${removed.length === 1 ? 'run' : 'runs'}`;
  const rows = removed.map(({ id, state, workflow, updatedAtMs, eventCount }) => [
    ...[String(id), state, cleanLine(workflow), dateText(updatedAtMs), String(eventCount)],
  ]);
  const table = removed.length === 0 ? [] : textTable(['RUN', 'STATE', 'WORKFLOW', 'ENDED', 'EVENTS'], rows);
  if (!after) return [...table, `Would remove ${count}; nothing was written.`];
  return [...table, `Removed ${count}. ${sizeText(bytesBefore, after)}`];
}

function sizeText(bytesBefore: number, { bytes, freeBytes }: StoreSize): string {
  const size = `The store takes ${bytesText(bytes)}, before ${bytesText(bytesBefore)}.`;
  if (freeBytes === 0) return size;
  return `${size} ${bytesText(freeBytes)} of it are free for new runs; --vacuum gives them back.`;
}
