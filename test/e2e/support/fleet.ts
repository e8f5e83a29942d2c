import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { precede } from './precede.ts';

const timeoutMs = 120_000;

/** What `precede sandbox up --format json` prints. */
export interface Access {
  readonly hosts: readonly {
    readonly id: number;
    readonly ip: string;
    readonly sqlPort: number;
    readonly homePath: string;
    readonly ssh: {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly keyFile: string;
      readonly hostKey: string;
    };
  }[];
  readonly sql: { readonly host: string; readonly port: number; readonly user: string; readonly passwordFile: string };
}

const sandboxes: { readonly dir: string; readonly cwd: string }[] = [];

afterAll(async () => {
  for (const { dir, cwd } of sandboxes) await precede(['sandbox', 'down', '--dir', dir], { cwd });
}, timeoutMs);

/** A sandbox in the directory `fleet` of another one, that ends with the test file. */
export async function sandboxUp(cwd: string, ...args: readonly string[]): Promise<{ dir: string; access: Access }> {
  const dir = join(cwd, 'fleet');
  sandboxes.push({ dir, cwd });
  const up = await precede(['sandbox', 'up', '--dir', dir, '--format', 'json', ...args], { cwd });
  expect(up).toMatchObject({ status: 0, stderr: '' });
  return { dir, access: JSON.parse(up.stdout) as Access };
}
