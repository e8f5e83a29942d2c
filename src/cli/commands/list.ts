import { InvalidArgumentError, Option } from 'commander';
import { runStates, type RunState } from '../../state/index.ts';
import type { RunSummary } from '../../store/index.ts';
import { cleanLine } from '../../text/index.ts';
import type { CommandTools } from '../command-tools.ts';
import { count, withFormat } from '../common-flags.ts';
import { openExistingStore, storePath, withStoreFlag } from '../store-place.ts';
import { dateText } from '../views/clock-text.ts';
import { textTable } from '../views/text-table.ts';

interface ListFlags {
  readonly store?: string;
  readonly state?: RunState;
  readonly limit: number;
  readonly format: 'text' | 'json';
}

const limitDefault = 100;

/** Adds `precede list`. */
export function addListCommand({ command, terminal }: CommandTools): void {
  command
    .addOption(new Option('--state <state>', 'only runs in this state').argParser(stateFrom))
    .option('--limit <count>', `at most so many (default: ${limitDefault})`, count, limitDefault);
  withStoreFlag(command);
  withFormat(command, ['text', 'json']);
  command.addHelpText('after', examples);
  command.action(async ({ store: file, state, limit, format }: ListFlags) => {
    const store = openExistingStore(storePath(file));
    try {
      const runs = await store.listRuns({ limit, ...(state === undefined ? {} : { state }) });
      if (format === 'json') terminal.out.lines([JSON.stringify(runs.map(runJson), null, 2)]);
      else terminal.out.lines(runs.length === 0 ? ['There are no such runs.'] : table(runs));
    } finally {
      await store.close();
    }
  });
}

const examples = `
Examples:
  precede list --state FAILED
  precede list --store runs.db --format json`;

function stateFrom(text: string): RunState {
  const state = runStates.find((known) => known === text.toUpperCase());
  if (state === undefined) throw new InvalidArgumentError(`Allowed choices are ${runStates.join(', ')}.`);
  return state;
}

function runJson({ header, state, updatedAtMs }: RunSummary) {
  const { id, workflow, workflowVersion, creator, createdAtMs, claims, workflowSource } = header;
  const times = { createdAtMs, updatedAtMs };
  return { id, workflow, workflowVersion, state, by: creator.name, ...times, claims, workflowSource };
}

function table(runs: readonly RunSummary[]): readonly string[] {
  const rows = runs.map(({ header: { id, workflow, createdAtMs, creator }, state, updatedAtMs }) => [
    String(id),
    state,
    cleanLine(workflow),
    dateText(createdAtMs),
    dateText(updatedAtMs),
    cleanLine(creator.name),
  ]);
  return textTable(['RUN', 'STATE', 'WORKFLOW', 'STARTED', 'UPDATED', 'BY'], rows);
}
