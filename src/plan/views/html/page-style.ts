import { palettes, type Palette } from '../svg/palette.ts';
import { pictureStyle } from '../svg/picture-style.ts';

/** The style of a page: follows whether its reader prefers dark, and fits from 700 pixels on. */
export function pageStyle(): string {
  return [
    `:root { color-scheme: light dark; ${variables(palettes.light)} }`,
    `@media (prefers-color-scheme: dark) { :root { ${variables(palettes.dark)} } }`,
    frame,
    charts,
    details,
    pictureStyle(),
  ].join('\n');
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${String(colour)};`)
    .join(' ');
}

const frame = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header, main { max-width: 1560px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 32px; }
h1 { margin: 0; font-size: 24px; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 15px; font-weight: 650; }
h4 { margin: 20px 0 6px; font-size: 13px; font-weight: 650; }
p { margin: 0; }
.quiet, .subtitle, .omission { color: var(--muted); }
.subtitle { margin-top: 4px; max-width: 80ch; overflow-wrap: anywhere; }
.omission { margin: 10px 0 0; font-size: 13px; }
.figures { display: flex; flex-wrap: wrap; gap: 12px 36px; margin: 20px 0 24px; padding: 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--muted); font-size: 12px; }
.figures dd { margin: 0; font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; }
main { display: grid; grid-template-columns: minmax(0, 1fr) 400px; gap: 24px; align-items: start; padding-bottom: 64px; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 20px; margin-bottom: 24px; }
.panel-head { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: baseline; justify-content: space-between; margin-bottom: 12px; }
.panel-head h2 { margin: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0; padding: 0; list-style: none; color: var(--muted); font-size: 12px; }
.legend svg { width: 22px; height: 10px; margin-right: 6px; vertical-align: -1px; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input, select, button { font: inherit; color: var(--text); background: var(--surface); border: 1px solid var(--edge); border-radius: 8px; padding: 6px 10px; }
button { cursor: pointer; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 28px; top: 8px; background: var(--surface); padding: 4px 8px; }
@media (max-width: 1180px) { main { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 800px) { header, main { padding-left: 16px; padding-right: 16px; } .panel { padding: 14px; } }
@media (prefers-reduced-motion: no-preference) { .gantt-line, .task-row { transition: background-color 0.12s; } }
`.trim();

const charts = `
.graph { overflow: auto; max-height: 78vh; border-radius: 12px; text-align: center; scroll-padding: 24px; }
.graph svg { display: inline-block; vertical-align: top; }
.picture a { cursor: pointer; }
.picture a:hover .box { stroke: var(--accent); }
.picture a:focus { outline: none; }
.picture a:focus-visible .box, .picture a[aria-current] .box { stroke: var(--accent); stroke-width: 3.5; stroke-dasharray: none; }
.picture a[aria-current] g:not([class*="state-"]) > .box { fill: var(--accentSoft); }
.gantt-axis, .gantt-line { display: grid; grid-template-columns: 7ch minmax(90px, 210px) 84px minmax(0, 1fr); gap: 10px; align-items: center; }
.gantt-axis .bars { grid-column: 4; height: 18px; font-size: 11px; fill: var(--muted); }
.gantt-line, .task-row { color: var(--text); text-decoration: none; border-radius: 6px; padding: 2px 6px; margin: 0 -6px; }
.gantt-line:hover, .task-row:hover { background: var(--raised); }
.gantt-line[aria-current], .task-row[aria-current] { background: var(--accentSoft); }
.bars { width: 100%; height: 20px; overflow: visible; }
.bars .planned, .legend .planned { fill: var(--edge); }
.bars .critical, .legend .critical { fill: var(--accent); }
.number { color: var(--muted); text-align: right; font-variant-numeric: tabular-nums; }
.what, .lane { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.lane, .tags { color: var(--muted); font-size: 13px; }
.filters { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin-bottom: 12px; }
.filters label { color: var(--muted); font-size: 13px; }
#filter { width: 240px; max-width: 100%; }
#rows { max-height: 60vh; overflow: auto; padding: 4px 8px; margin: 0 -8px; }
.task-row { display: grid; grid-template-columns: 6ch minmax(0, 2fr) minmax(0, 1fr) minmax(0, 1.4fr); gap: 12px; padding-top: 4px; padding-bottom: 4px; }
#more { margin-top: 12px; }
@media (max-width: 800px) { .gantt-axis, .gantt-line { grid-template-columns: 7ch minmax(90px, 150px) 0 minmax(0, 1fr); } .gantt-line .lane { visibility: hidden; } }
`.trim();

const details = `
.aside { position: sticky; top: 20px; max-height: calc(100vh - 40px); overflow: auto; overscroll-behavior: contain; }
.details-head { display: flex; gap: 12px; align-items: start; justify-content: space-between; }
#details-title { font-size: 17px; line-height: 1.35; overflow-wrap: anywhere; border-radius: 4px; }
.lane-title { color: var(--muted); margin-top: -8px; }
.description { margin-top: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 5px 16px; margin: 18px 0 0; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.links { margin: 0; padding: 0; list-style: none; }
.links li { padding: 1px 0; overflow-wrap: anywhere; }
pre { margin: 4px 0 0; padding: 10px 12px; background: var(--raised); border-radius: 8px; font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2; }
pre.error { color: var(--danger); border-left: 3px solid var(--danger); margin-top: 12px; }
h4.unknown, .problems strong { color: var(--danger); }
.problems { margin: 12px 0 0; padding: 0 0 0 20px; }
.problems li { margin-top: 8px; }
.problems p { margin: 0; overflow-wrap: anywhere; }
.steps { margin: 0; padding: 0 0 0 22px; color: var(--muted); }
.steps li { margin-top: 10px; }
.steps pre { color: var(--text); }
.host { font-size: 12px; }
@media (max-width: 1180px) {
  .aside { position: fixed; top: auto; bottom: 0; left: 0; right: 0; max-height: 52vh; margin: 0; border-radius: 14px 14px 0 0; box-shadow: 0 -6px 30px rgb(0 0 0 / 0.18); }
  .aside:has(#hint:not([hidden])) { display: none; }
  main { padding-bottom: 56vh; }
}
[hidden] { display: none; }
`.trim();
