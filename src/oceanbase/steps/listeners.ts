import type { CheckContext } from '../../workflow/index.ts';
import { CommandFailedError } from '../host/command-failed-error.ts';
import { sh } from '../host/shell-command.ts';
import { linesOf, look } from './on-host.ts';
import type { ServerSite } from './site.ts';

/** The command that lists what listens on a host. */
const listListeners = sh`ss -ltn`;

/** A socket that listens on a host. */
export interface Listener {
  /** `*`, `0.0.0.0` and `::` are every address of the host. */
  readonly ip: string;
  readonly port: number;
}

/** Everything that listens on the host for TCP connections. Throws `CommandFailedError` when the host cannot tell. */
export async function readListeners(context: CheckContext, site: ServerSite): Promise<readonly Listener[]> {
  const result = await look(context, site, listListeners);
  if (result.exitStatus !== 0) throw new CommandFailedError(site.host.id, listListeners, result);
  return parseListeners(linesOf(result));
}

/** Reads what `ss -ltn` prints: state, two queues, local address and port. */
export function parseListeners(lines: readonly string[]): readonly Listener[] {
  return lines.flatMap((line) => {
    const [state, , , local = ''] = line.trim().split(/\s+/);
    const [, ip, port] = /^(.*):(\d+)$/.exec(local) ?? [];
    if (state !== 'LISTEN' || ip === undefined) return [];
    return [{ ip: ip.replace(/^\[|\]$|%[^]*$/g, ''), port: Number(port) }];
  });
}

/** Whether something listens where connections to this address and port would arrive. */
export function listensAt(listeners: readonly Listener[], at: Listener): boolean {
  return listeners.some(({ ip, port }) => port === at.port && (ip === at.ip || everyAddress.has(ip)));
}

const everyAddress: ReadonlySet<string> = new Set(['*', '0.0.0.0', '::']);
