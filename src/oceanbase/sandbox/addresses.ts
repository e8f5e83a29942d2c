import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { PrecedeError } from '../../errors/index.ts';
import { listen, type SocketAddress } from './line-socket.ts';

/** Where the parts of one sandbox listen. */
export interface AddressPlan {
  /** The owner's beacon. Its listening claims the whole plan: a second sandbox with the same plan fails to start. */
  readonly owner: SocketAddress;
  /** The address and ports of a host. */
  host(id: number): HostAddress;
}

/** Where one host listens. */
export interface HostAddress {
  readonly ip: string;
  readonly sshPort: number;
  readonly sqlPort: number;
  readonly rpcPort: number;
}

/** `each`: one address a host out of a random 127.x.y.0/24. `single`: 127.0.0.1 and free ports for all. */
export type AddressMode = 'each' | 'single';

const ownerPort = 2_880;
const sqlPort = 2_881;
const rpcPort = 2_882;
/** Below the ranges from which Linux and macOS take ports for outgoing connections. */
const freePorts = { from: 20_000, to: 32_000 };
const attemptsMax = 200;

/** Whether this machine lets a process bind any address of 127.0.0.0/8 (Linux), or 127.0.0.1 only (macOS). */
export async function detectAddressMode(): Promise<AddressMode> {
  return (await canListen({ host: '127.77.77.77', port: 0 })) ? 'each' : 'single';
}

/** A random plan for hosts of these ids (1 to 199). Nothing is reserved until the owner's address is listened on. */
export async function newAddressPlan(mode: AddressMode, ids: readonly number[]): Promise<AddressPlan> {
  return mode === 'each' ? await planOfEach() : await planOfSingle(ids);
}

async function planOfEach(): Promise<AddressPlan> {
  const prefix = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const candidates = [22, 10_022];
  let sshPort = 0;
  for (const port of candidates) {
    if (sshPort === 0 && (await canListen({ host: `${prefix}.254`, port }))) sshPort = port;
  }
  const chosen = sshPort === 0 ? await freePort(new Set()) : sshPort;
  return {
    owner: { host: `${prefix}.254`, port: ownerPort },
    host: (id) => ({ ip: `${prefix}.${id}`, sshPort: chosen, sqlPort, rpcPort }),
  };
}

async function planOfSingle(ids: readonly number[]): Promise<AddressPlan> {
  const ip = '127.0.0.1';
  const taken = new Set<number>();
  const next = (): Promise<number> => freePort(taken);
  const hosts = new Map<number, HostAddress>();
  for (const id of ids) {
    hosts.set(id, { ip, sshPort: await next(), sqlPort: await next(), rpcPort: await next() });
  }
  return {
    owner: { host: ip, port: await next() },
    host(id) {
      const address = hosts.get(id);
      if (!address) throw new PrecedeError('NO_ADDRESS', { message: `No address was planned for host ${id}.` });
      return address;
    },
  };
}

/** A port that is free now and was not taken before; it is added to `taken`. */
async function freePort(taken: Set<number>): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = randomInt(freePorts.from, freePorts.to);
    if (taken.has(port) || !(await canListen({ host: '127.0.0.1', port }))) continue;
    taken.add(port);
    return port;
  }
  throw new PrecedeError('NO_FREE_PORT', {
    message: `No free port was found between ${freePorts.from} and ${freePorts.to}.`,
    next: 'End programs that listen on many ports and try again.',
  });
}

async function canListen(address: SocketAddress): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, address);
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
