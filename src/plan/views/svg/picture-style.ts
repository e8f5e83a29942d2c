import { stateColours } from '../state-colours.ts';
import { palettes, type Palette } from './palette.ts';

/** The style of a picture of its own: follows whether its reader prefers dark. */
export function pictureStyle(): string {
  return [
    still,
    coloursOf(palettes.light),
    `@media (prefers-color-scheme: dark) {\n${coloursOf(palettes.dark)}\n}`,
    ...stateRules(),
  ].join('\n');
}

// No CSS variables: what turns a picture into another format often does not know them.
const still = `
.picture { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-size: 12px; }
.picture .box { stroke-width: 1; }
.picture .critical > .box { stroke-width: 2; }
.picture .irreversible > .box { stroke-width: 2; stroke-dasharray: 6 3; }
.picture .name { font-size: 13px; font-weight: 600; }
.picture .estimate { text-anchor: end; }
.picture .edge { fill: none; stroke-width: 1.2; }
.picture .edge.critical { stroke-width: 2.4; }
`.trim();

function coloursOf({ surface, raised, text, muted, line, edge, accent, danger }: Palette): string {
  return `
.picture .ground { fill: ${surface}; }
.picture .box { fill: ${raised}; stroke: ${line}; }
.picture text { fill: ${muted}; }
.picture .name { fill: ${text}; }
.picture .warning { fill: ${danger}; }
.picture .edge { stroke: ${edge}; }
.picture .arrow { fill: ${edge}; }
.picture .arrow-critical { fill: ${accent}; }
.picture .critical > .box, .picture .edge.critical { stroke: ${accent}; }
.picture .irreversible > .box { stroke: ${danger}; }
`.trim();
}

/** A state looks the same in the light and in the dark. */
function stateRules(): readonly string[] {
  return Array.from(stateColours, ([state, { fill, text }]) =>
    [
      `.picture .state-${state} > .box, .state-fill-${state} { fill: ${fill}; }`,
      `.picture .state-${state} text { fill: ${text}; }`,
    ].join('\n'),
  );
}
