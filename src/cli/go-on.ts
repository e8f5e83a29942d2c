import type { RunSnapshot } from '../state/index.ts';
import { commandName } from './package-root.ts';

/** Where a run can be taken up again: what its hosts are. */
export type Hosts =
  /** A sandbox that ends with this process. */
  | { readonly kind: 'ephemeral'; readonly servers: number; readonly faults: readonly string[] }
  /** A sandbox that goes on. */
  | { readonly kind: 'kept'; readonly dir: string }
  /** Whatever the store's inventory knows. */
  | { readonly kind: 'inventory' };

/** What there is to know to go on with a run. */
export interface GoOn {
  readonly snapshot: RunSnapshot;
  readonly storeFile: string;
  readonly workflow: string;
  readonly hosts: Hosts;
}

/** The commands by which a run that did not succeed is taken up again, ready to be pasted. */
export function goOnLines({ snapshot, storeFile, workflow, hosts }: GoOn): readonly string[] {
  const { id, tasks, state } = snapshot;
  if (hosts.kind === 'ephemeral') return ephemeralLines(id, storeFile, { workflow, hosts });
  const where = ` --store ${shellWord(storeFile)}${hosts.kind === 'kept' ? ` --sandbox-dir ${shellWord(hosts.dir)}` : ''}`;
  const isUndone = state === 'ROLLBACK_FAILED';
  const failed = tasks.findIndex((task) =>
    isUndone ? task.state === state : task.state === 'FAILED' && task.skippable,
  );
  const command = (words: string): string => `  ${commandName()} ${words}${where}`;
  return [
    'To go on:',
    command(`retry ${id}`),
    ...(failed === -1 ? [] : [command(`skip ${id} ${failed + 1}`)]),
    ...(isUndone ? [] : [command(`rollback ${id}`)]),
    `  ${commandName()} show ${id} --store ${shellWord(storeFile)}`,
  ];
}

type Ephemeral = Extract<Hosts, { kind: 'ephemeral' }>;

function ephemeralLines(
  id: number,
  storeFile: string,
  { workflow, hosts }: { workflow: string; hosts: Ephemeral },
): readonly string[] {
  const faults = hosts.faults.map((fault) => ` --fault ${shellWord(fault)}`).join('');
  return [
    `The sandbox's hosts end with this command, so run ${id} cannot be taken up again; it can be looked at:`,
    `  ${commandName()} show ${id} --store ${shellWord(storeFile)}`,
    'To keep the hosts, so that a run can be retried, skipped or rolled back:',
    `  ${commandName()} sandbox up --dir ./sandbox --hosts ${hosts.servers}${faults}`,
    `  ${commandName()} run ${shellWord(workflow)} --sandbox-dir ./sandbox --servers ${hosts.servers}`,
  ];
}

/** A word as a POSIX shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
