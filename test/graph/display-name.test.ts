import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayName } from '../../src/graph/index.ts';
import { oddCharacter } from './graphs.ts';

describe('a displayed name', () => {
  it.each([
    ['Wait node#2', 'Wait node#2'],
    ['启动 observer → 你好', '启动 observer → 你好'],
    ['a\u0007b', 'a\\u0007b'],
    ['a\u009bb', 'a\\u009bb'],
    ['a\u2028b', 'a\\u2028b'],
    ['\ud800', '\\ud800'],
    ['😀', '😀'],
    [`${'x'.repeat(79)}😀`, `${'x'.repeat(79)}… (81 characters)`],
    ['x'.repeat(80), 'x'.repeat(80)],
  ])('of %j is %j', (name, shown) => {
    expect(displayName(name)).toBe(shown);
  });

  it('is short and holds nothing a terminal acts on', () => {
    fc.assert(
      fc.property(fc.string({ unit: oddCharacter, maxLength: 300 }), (name) => {
        const shown = displayName(name);
        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
        expect(shown.length).toBeLessThan(600);
      }),
    );
  });
});
