import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesOf, printedBy, printedByPrecede } from './examples.ts';

const file = join(import.meta.dirname, '../../README.md');

describe('README', () => {
  it('prints what its embedding example says', async () => {
    const [example] = examplesOf(await readFile(file, 'utf8'));
    expect(example?.program).toContain("from 'precede'");

    expect(await printedBy(example?.program ?? '')).toEqual({ status: 0, text: example?.printed });
  });

  it('prints the plan that it shows', async () => {
    const readme = await readFile(file, 'utf8');
    const [, command = '', printed] = /```sh\nnpx precede (plan .*)\n```\n\n```text\n([\s\S]*?)```/.exec(readme) ?? [];

    expect(await printedByPrecede(command.split(' '), tmpdir())).toEqual({ status: 0, text: printed });
  });

  it('stays under 200 lines', async () => {
    const readme = await readFile(file, 'utf8');
    expect(readme.split('\n').length).toBeLessThan(200);
  });
});
