import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, precede } from './support/precede.ts';
import { secretWorkflow } from './support/secret-workflow.ts';

describe.concurrent('a plan', { timeout: 60_000 }, () => {
  it.each([['text'], ['json'], ['ocp'], ['html'], ['svg'], ['mermaid'], ['dot']])(
    'shows no secret of the input as %s, not even one in a name',
    async (format) => {
      const cwd = emptyDirectory();
      writeFileSync(join(cwd, 'secret.ts'), secretWorkflow);
      writeFileSync(join(cwd, 'secret.json'), '{"p":"TopSecret77"}');
      const args = [
        'plan',
        './secret.ts',
        '--input',
        'secret.json',
        '--check',
        '--format',
        format,
        '--out',
        'kept.json',
      ];
      const { stdout, status } = await precede(args, { cwd });
      expect(status).toBe(1);
      expect(stdout.length).toBeGreaterThan(50);
      expect(stdout + readFileSync(join(cwd, 'kept.json'), 'utf8')).not.toContain('TopSecret77');
    },
  );
});
