import { PrecedeError } from '../../errors/index.ts';
import { ssh2Package } from '../wire-packages.ts';

/** An ed25519 key pair in OpenSSH's formats. */
export interface KeyPair {
  /** One line: `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicKey: string;
  readonly privateKey: string;
}

const attemptsMax = 50;

/** Makes a fresh ed25519 key pair. */
export function newKeyPair(comment: string): KeyPair {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const pair = ssh2Package().utils.generateKeyPairSync('ed25519', { comment });
    // ssh2 1.17 drops a leading zero byte: about 4 of 1,000 keys cannot be read back.
    if (!isReadable(pair.private) || !isReadable(pair.public)) continue;
    return { publicKey: pair.public.split(' ').slice(0, 2).join(' '), privateKey: pair.private };
  }
  throw new PrecedeError('KEY_NOT_MADE', { message: `No readable SSH key came out of ${attemptsMax} attempts.` });
}

function isReadable(key: string): boolean {
  return !(ssh2Package().utils.parseKey(key) instanceof Error);
}
