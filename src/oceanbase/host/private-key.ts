import { readFile, stat } from 'node:fs/promises';
import { RefusedError } from '../../errors/index.ts';
import type { HostAddress } from './host-address.ts';

/**
 * The private key of a host's address. Refuses (`KEY_FILE_REFUSED`) a file that cannot be read or that others than its
 * owner may read or write, as ssh itself does. The key is in no message.
 */
export async function readPrivateKey(address: HostAddress): Promise<Buffer | string> {
  if ('privateKey' in address) return address.privateKey;
  const { keyFile } = address;
  try {
    const { mode } = await stat(keyFile);
    if ((mode & 0o077) !== 0) throw refused(address, keyFile, 'is open to others than its owner');
    return await readFile(keyFile);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw refused(address, keyFile, `cannot be read (${code})`);
  }
}

function refused(address: HostAddress, keyFile: string, why: string): RefusedError<'KEY_FILE_REFUSED'> {
  return new RefusedError('KEY_FILE_REFUSED', `Host ${String(address.id)}`, [
    {
      code: 'KEY_FILE_REFUSED',
      message: `The key file ${keyFile} ${why}.`,
      next: `Make it readable for this user only: chmod 600 ${keyFile}`,
    },
  ]);
}
