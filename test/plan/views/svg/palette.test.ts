import { describe, expect, it } from 'vitest';
import { stateColours } from '../../../../src/plan/views/state-colours.ts';
import { palettes } from '../../../../src/plan/views/svg/palette.ts';

/** Relative luminance of `#rrggbb`, as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe('contrast', () => {
  it('is measured as WCAG 2 does', () => {
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it.each(['light', 'dark'] as const)('is 4.5 or more for every text on every ground it stands on, %s', (scheme) => {
    const { page, surface, raised, accentSoft, text, muted, accent, danger } = palettes[scheme];
    for (const ground of [page, surface, raised, accentSoft]) {
      for (const ink of [text, muted, accent, danger]) expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(['light', 'dark'] as const)('is 3 or more for lines and bars that mean something, %s', (scheme) => {
    const { surface, edge, accent, danger } = palettes[scheme];
    for (const line of [edge, accent, danger]) expect(contrast(line, surface)).toBeGreaterThanOrEqual(3);
  });

  it.each([...stateColours])('is 4.5 or more for the texts of a task that is %s', (_, { fill, text }) => {
    expect(contrast(text, fill)).toBeGreaterThanOrEqual(4.5);
  });
});
