import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { precede, emptyDirectory } from '../e2e/support/precede.ts';
import { CaseTally } from './support/case-tally.ts';
import { serveProcess } from './support/serve-process.ts';

const tally = new CaseTally('S13 modes at rest');
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const adminPassword = 'a canary that sits in files';

function place(): { cwd: string; args: readonly string[] } {
  const cwd = emptyDirectory();
  const passwordFile = join(cwd, 'admin.password');
  writeFileSync(passwordFile, adminPassword, { mode: 0o600 });
  return { cwd, args: ['--store', join(cwd, 'new', 'store.db'), '--admin-password-file', passwordFile] };
}

describe('what a server keeps on disk', () => {
  it('can be read by its owner alone, whatever the umask', async () => {
    const { cwd, args } = place();
    const umask = process.umask(0);
    const server = await serveProcess(args, cwd).finally(() => process.umask(umask));
    const directory = join(cwd, 'new');
    const files = readdirSync(directory);
    const modes = files.map((name) => [name, modeOf(join(directory, name))]);
    await server.stop();
    await tally.piece(() => expect(modeOf(directory)).toBe('700'));
    await tally.piece(() => expect(modes).toEqual(files.map((name) => [name, '600'])));
    expect(files).toEqual(expect.arrayContaining(['store.db', 'store.db.key']));
  });

  it('is not served with a key file that others can read', async () => {
    for (const mode of [0o644, 0o640, 0o604, 0o620, 0o602]) {
      const { cwd, args } = place();
      mkdirSync(join(cwd, 'new'), { mode: 0o700 });
      const keyFile = join(cwd, 'new', 'store.db.key');
      writeFileSync(keyFile, 'k'.repeat(32));
      chmodSync(keyFile, mode);
      const ended = await precede(['serve', '--port', '0', ...args], { cwd });
      await tally.piece(() => expect([mode, ended.status]).toEqual([mode, 2]));
      expect(ended.stderr).toContain('chmod 600');
    }
  });

  it('holds neither passwords nor secret keys in the clear', async () => {
    const { cwd, args } = place();
    const server = await serveProcess(args, cwd);
    const made = await precede(['user', 'key', 'add', 'admin', ...args.slice(0, 2)], { cwd });
    const secretKey = /\b[0-9a-f]{32}\b/.exec(made.stdout)?.[0] ?? expect.fail(made.stderr + made.stdout);
    const directory = join(cwd, 'new');
    const bytes = readdirSync(directory).map((name) => readFileSync(join(directory, name)));
    await server.stop();
    const after = readdirSync(directory).map((name) => readFileSync(join(directory, name)));
    for (const secret of [
      secretKey,
      Buffer.from(secretKey, 'hex'),
      Buffer.from(secretKey).toString('base64'),
      adminPassword,
    ]) {
      const holders = [...bytes, ...after].filter((content) => content.includes(secret));
      await tally.piece(() => expect(holders).toHaveLength(0));
    }
  });
});
