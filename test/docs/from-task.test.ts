import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { examplesOf, printedBy, printedByPrecede, sessionsOf } from './examples.ts';

const markdown = readFileSync(new URL('../../docs/from-task.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'precede-docs-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('docs/from-task.md', { timeout: 60_000 }, () => {
  it('prints what its command lines say of the answer that it shows', async () => {
    const [, answer = ''] = /```json\n([\s\S]*?)```/.exec(markdown) ?? [];
    const [right, wrong] = ['"upstreams": [7]', '"upstreams": [6, 70]'];
    expect(markdown).toContain(`\`${wrong}\``);
    const at = answer.lastIndexOf(right);
    writeFileSync(join(folder, 'answer.json'), answer);
    writeFileSync(join(folder, 'wrong.json'), answer.slice(0, at) + wrong + answer.slice(at + right.length));
    const sessions = sessionsOf(markdown);
    expect(sessions).toHaveLength(3);
    for (const { command, printed } of sessions) {
      const { text, status } = await printedByPrecede(command.replace('precede ', '').split(' '), folder);
      expect(text).toBe(printed);
      expect(status).toBe(command.includes('wrong') ? 2 : 0);
    }
  });

  it('prints what its program says', async () => {
    const [example] = examplesOf(markdown);
    expect(await printedBy(example?.program ?? '')).toEqual({ status: 0, text: example?.printed });
  });
});
