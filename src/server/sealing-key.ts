import type { KeyObject } from 'node:crypto';
import { keysSealedElsewhere, openKeyFile } from '../access/index.ts';
import { RefusedError } from '../errors/index.ts';
import type { Store } from '../store/index.ts';

/**
 * The key under which the secrets of access keys are sealed, made when the file is not there.
 *
 * @throws RefusedError when the file cannot be used; `KEY_FILE_MISMATCH` when the store's access keys were sealed under another
 */
export async function sealingKeyOf(file: string | undefined, store: Store): Promise<KeyObject | undefined> {
  if (file === undefined) return undefined;
  const key = openKeyFile(file);
  const [some, ...others] = await store.view((rows) => keysSealedElsewhere(rows, key));
  if (some === undefined) return key;
  throw new RefusedError('KEY_FILE_MISMATCH', 'Key file', [
    {
      code: 'KEY_FILE_MISMATCH',
      message: `${file} does not open the access key ${some}${others.length === 0 ? '' : ` and ${others.length} more`}.`,
      next: 'Bring back the key file that they were made with (--key-file); or remove them: precede user key remove.',
      details: { file },
    },
  ]);
}
