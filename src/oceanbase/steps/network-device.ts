import { PrecedeError } from '../../errors/index.ts';
import type { CheckContext } from '../../workflow/index.ts';
import { sh } from '../host/shell-command.ts';
import { linesOf, look } from './on-host.ts';
import type { ServerSite } from './site.ts';

/** How an observer of these versions is told where it listens: `-I` and its address, or `-i` and the device that has it. */
export async function networkFlags(context: CheckContext, site: ServerSite): Promise<readonly string[]> {
  const flag = site.dialect.server.networkFlag;
  if (flag === '-I') return [flag, site.host.innerIpAddress];
  const device = await readNetworkDevice(context, site);
  if (device === undefined) throw notFound(site);
  return [flag, device];
}

/** The network device of the host that has the address of the server; undefined when none has. */
export async function readNetworkDevice(context: CheckContext, site: ServerSite): Promise<string | undefined> {
  // A command over SSH gets a PATH without sbin on some systems.
  const listing = await look(context, site, sh`PATH=$PATH:/usr/sbin:/sbin ip -o addr show`);
  const devices = linesOf(listing).map((line) => /^\d+:\s+([^\s@]+)\S*\s+inet6?\s+([^\s/]+)/.exec(line));
  return devices.find((match) => match?.[2] === site.host.innerIpAddress)?.[1];
}

function notFound({ host }: ServerSite): PrecedeError<'NETWORK_DEVICE_MISSING'> {
  return new PrecedeError('NETWORK_DEVICE_MISSING', {
    message: `No network device of host ${host.id} has the address ${host.innerIpAddress}.`,
    next: 'Give the address to a device of the host, or correct it in the inventory, then retry.',
    details: { hostId: host.id, ip: host.innerIpAddress },
  });
}
