import { existsSync } from 'node:fs';
import { PrecedeError } from '../errors/index.ts';
import { fingerprintOfLine, readInventoryFile, scanHostKey, type ScannedKey } from '../oceanbase/index.ts';
import { cleanLine } from '../text/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { Terminal } from './output.ts';
import { refusal } from './refusal.ts';

/** Reads the keys that hosts show, and prints lines to pin. Pins nothing. Answers 1 when a host shows none, or another than the pinned one. */
export async function scanKeys(
  targets: readonly string[],
  { format }: { readonly format: 'text' | 'json' },
  { out, err }: Terminal,
): Promise<number> {
  const places = (await Promise.all(targets.map(placesOf))).flat();
  const scans = await Promise.all(places.map(scan));
  if (format === 'json') out.lines([JSON.stringify(scans, null, 2)]);
  else out.lines(scans.flatMap(scanLines));
  err.lines([
    'These keys are what the network shows. Before you pin one, compare its fingerprint on the host itself:',
    '  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
  ]);
  return scans.every(({ pinned }) => pinned === 'same' || pinned === 'none') ? exitCodes.done : exitCodes.failed;
}

interface Place {
  readonly id: number | string;
  readonly host: string;
  readonly port: number;
  /** The key that the file has, empty when it has none. */
  readonly hostKey: string;
}

interface Scan {
  readonly id: number | string;
  readonly host: string;
  readonly port: number;
  readonly key: ScannedKey | null;
  /** How the key that is shown compares to the pinned one. */
  readonly pinned: 'none' | 'same' | 'other' | 'unreached';
  readonly error: { readonly code: string; readonly message: string; readonly next: string | undefined } | null;
}

/** What is a file is an inventory, whose hosts may have no key yet; all else is a host. */
async function placesOf(target: string): Promise<readonly Place[]> {
  if (!existsSync(target)) return [hostPlace(target)];
  const { hosts } = await readInventoryFile(target, { withoutHostKeys: true });
  return hosts.map(({ id, sshHost, innerIpAddress, sshPort: port, hostKey }) => ({
    ...{ id, host: sshHost ?? innerIpAddress, port, hostKey },
  }));
}

function hostPlace(target: string): Place {
  const [, bracketed, plain, port = '22'] = /^(?:\[([\da-fA-F:]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(target) ?? [];
  const host = bracketed ?? plain ?? (/^[\da-fA-F:]+$/.test(target) ? target : undefined);
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) {
    return { id: target, host, port: Number(port), hostKey: '' };
  }
  const message = `"${cleanLine(target)}" is neither a file that is there nor a host.`;
  throw refusal('scan-keys', {
    code: 'INVALID_HOST',
    message,
    next: 'Give inventory.yaml, 10.0.0.1 or 10.0.0.1:2222.',
  });
}

async function scan({ id, host, port, hostKey }: Place): Promise<Scan> {
  try {
    const key = await scanHostKey({ id, host, port });
    const isSame = hostKey !== '' && fingerprintOfLine(hostKey) === key.fingerprint;
    return { id, host, port, key, pinned: hostKey === '' ? 'none' : isSame ? 'same' : 'other', error: null };
  } catch (error) {
    if (!(error instanceof PrecedeError)) throw error;
    const { code, message, next } = error as PrecedeError;
    return { id, host, port, key: null, pinned: 'unreached', error: { code, message, next } };
  }
}

const verdicts = Object.freeze({
  none: 'not pinned yet',
  same: 'the pinned key',
  other: 'NOT THE PINNED KEY: find out why before anything else',
  unreached: '',
});

function scanLines({ id, host, port, key, pinned, error }: Scan): readonly string[] {
  const head = `# ${typeof id === 'number' ? `host ${id}, ` : ''}${host}:${port}`;
  if (!key) {
    const next = error?.next === undefined ? [] : [`# next: ${cleanLine(error.next)}`];
    return [`${head}: error[${error?.code ?? ''}]: ${cleanLine(error?.message ?? '')}`, ...next];
  }
  return [`${head}: ${key.fingerprint}, ${verdicts[pinned]}`, `hostKey: ${key.hostKey}`];
}
