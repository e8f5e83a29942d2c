import type { CheckContext } from '../../workflow/index.ts';
import type { ServerRow } from '../database/server-row.ts';
import { sh } from '../host/shell-command.ts';
import { isInPlace } from './add-observer.ts';
import { findObserver, findProcess, type ObserverProcess } from './observer-process.ts';
import { linesOf, look } from './on-host.ts';
import { readServer } from './server-view.ts';
import type { ServerSite } from './site.ts';
import type { ServerToAdd } from './step.ts';

/** The command line of the observer that runs in the server's home, as one text; empty when none does. */
export async function observerArguments(context: CheckContext, site: ServerSite): Promise<string> {
  const result = await look(
    context,
    site,
    sh`${findProcess(site)}
printf '%s\n' "$command"`,
  );
  return result.exitStatus === 0 ? linesOf(result).join(' ') : '';
}

/** As `isOwnObserver`, by looking. */
export async function hasOwnObserver(context: CheckContext, site: ServerSite, server: ServerToAdd): Promise<boolean> {
  const observer = await findObserver(context, site);
  if (!observer) return false;
  const [startedWith, row] = await Promise.all([observerArguments(context, site), readServer(context, site)]);
  return isOwnObserver({ site, server, observer, startedWith, row });
}

/** What was seen of an observer. */
interface SeenObserver {
  readonly site: ServerSite;
  readonly server: Pick<ServerToAdd, 'zoneName'>;
  readonly observer: ObserverProcess | undefined;
  readonly startedWith: string;
  readonly row: ServerRow | undefined;
}

/**
 * Whether the observer that runs is the very one that is to be added, started by hand or by a run before: it was told
 * this cluster and this zone, or the cluster has it there.
 */
export function isOwnObserver({ site, server, observer, startedWith, row }: SeenObserver): boolean {
  if (!observer) return false;
  if (row) return isInPlace(row, server);
  const { sqlPort, rpcPort } = site.host;
  const { obClusterId, name } = site.cluster;
  const told = [`-p ${sqlPort}`, `-P ${rpcPort}`, `-z ${server.zoneName}`, `-c ${obClusterId}`, `-n ${name}`];
  return told.every((flag) => ` ${startedWith} `.includes(` ${flag} `));
}
