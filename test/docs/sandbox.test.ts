import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultKinds, sandboxVersions, type FaultKindFacts } from '../../src/oceanbase/index.ts';

const text = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');

describe('docs/sandbox.md', () => {
  it('has a line for every kind of fault, which says what the sandbox does', () => {
    const lines = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
    const told = lines.filter(([, kind = '']) => /^`[a-z-]+`$/.test(kind)).map((cells) => cells.slice(1, -1));
    const kinds = Object.entries(faultKinds) as [string, FaultKindFacts][];
    expect(told).toEqual(
      kinds.map(([kind, { of, parameter, does, task, ends }]) => [
        ...[`\`${kind}\``, of.join(', '), parameter?.meaning ?? '', does, task, `\`${ends}\``],
      ]),
    );
  });

  it('names every version', () => {
    for (const version of sandboxVersions) expect(text).toContain(`\`${version}\``);
  });
});
