import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveSecret } from '../../../src/oceanbase/index.ts';

let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'precede-secret-'));
  await writeFile(join(directory, 'password'), 'canary with spaces \n', { mode: 0o600 });
  await writeFile(join(directory, 'empty'), '\n', { mode: 0o600 });
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

describe('a reference to a secret', () => {
  it('is looked up in a file, less the newline at its end', async () => {
    expect(await resolveSecret({ file: join(directory, 'password') })).toBe('canary with spaces ');
  });

  it('is looked up in the environment', async () => {
    process.env['PRECEDE_TEST_SECRET'] = 'canary';
    expect(await resolveSecret({ env: 'PRECEDE_TEST_SECRET' })).toBe('canary');
    delete process.env['PRECEDE_TEST_SECRET'];
  });

  it('is what a command prints, without a shell between', async () => {
    const command = [process.execPath, '-e', 'console.log(process.argv[1])', '$HOME; canary'];
    expect(await resolveSecret({ command })).toBe('$HOME; canary');
  });

  it.each([
    ['an environment variable that is not set', () => ({ env: 'PRECEDE_TEST_NONE' }), 'PRECEDE_TEST_NONE'],
    ['a file that is not there', () => ({ file: '/nowhere/password' }), 'ENOENT'],
    ['an empty file', () => ({ file: join(directory, 'empty') }), 'it is empty'],
  ])('names the place when it is %s', async (_, reference, said) => {
    await expect(resolveSecret(reference())).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
      message: expect.stringContaining(said),
    });
  });

  it('tells nothing of what a failing command printed', async () => {
    const command = [process.execPath, '-e', 'console.log("canary"); console.error("canary"); process.exit(3)'];
    const failure = await resolveSecret({ command }).catch((error: unknown) => error);
    expect(JSON.stringify(failure)).not.toContain('canary');
    expect((failure as Error).message).toContain('it fails with 3');
    expect((failure as Error).message).not.toContain('canary');
  });
});
