import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPrivateKey } from '../../../src/oceanbase/host/private-key.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'precede-key-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('a private key', () => {
  const place = { id: 7, host: '127.0.0.1', port: 22, user: 'admin', hostKey: '' };

  it('is read from a file that only its owner may read', async () => {
    const keyFile = join(directory, 'id');
    writeFileSync(keyFile, 'canary-key');
    chmodSync(keyFile, 0o600);
    expect(String(await readPrivateKey({ ...place, keyFile }))).toBe('canary-key');
  });

  it.each([0o640, 0o604, 0o620])('is refused when its file has mode %o', async (mode) => {
    const keyFile = join(directory, `id-${String(mode)}`);
    writeFileSync(keyFile, 'canary-key');
    chmodSync(keyFile, mode);
    await expect(readPrivateKey({ ...place, keyFile })).rejects.toMatchObject({
      code: 'KEY_FILE_REFUSED',
      next: expect.stringContaining('chmod 600'),
    });
  });

  it('is refused when its file is not there, naming file and host', async () => {
    const keyFile = join(directory, 'none');
    await expect(readPrivateKey({ ...place, keyFile })).rejects.toThrow(/Host 7: The key file .*none cannot be read/);
  });
});
