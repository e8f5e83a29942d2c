import { createServer } from 'node:net';
import { refusal } from './refusal.ts';

/** Where a server is to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Tries whether a server could listen there, so that nothing is begun for one that cannot.
 *
 * @throws RefusedError `CANNOT_LISTEN`
 */
export async function requireFreeAddress(address: ListenAddress): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(address, () => server.close(() => resolve()));
  }).catch(refuseAddress(address));
}

const whyNot: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there',
  EAI_AGAIN: 'the name leads to no address now',
  ENOTFOUND: 'there is no such host',
};

/** Turns what listening failed with into a refusal that says why. */
export function refuseAddress({ host, port }: ListenAddress): (cause: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const reason = whyNot[code];
    if (reason === undefined) throw cause;
    const next = 'Give another --port or --host.';
    throw refusal(`${host}:${port}`, { code: 'CANNOT_LISTEN', message: `${reason} (${code}).`, next });
  };
}
