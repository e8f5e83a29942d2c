import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

describe('README', () => {
  it('prints what its embedding example says', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const [, example = '', printed = ''] = /```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(example).toContain("from 'precede'");
    
    expect(await outputOf(example)).toEqual({ status: 0, text: printed });
  });

  it('stays under 200 lines', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    expect(readme.split('\n').length).toBeLessThan(200);
  });
});

/** Runs the example as a user's file outside any package, its imports resolved as the command line resolves them. */
async function outputOf(example: string): Promise<{ status: number | null; text: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'precede-readme-'));
  try {
    await writeFile(join(folder, 'example.ts'), example);
    const ownName = pathToFileURL(join(root, 'src/cli/own-name.ts')).href;
    const hook = `data:text/javascript,import { resolveOwnName } from '${ownName}'; resolveOwnName();`;
    const child = spawn(process.execPath, ['--import', hook, join(folder, 'example.ts')]);
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    return { status, text: chunks.join('') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
