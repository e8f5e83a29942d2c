import { drawingOf, type Drawable, type DrawingOptions, type DrawnTask } from './drawing.ts';
import { stateColours } from './state-colours.ts';

/**
 * A plan as a Mermaid flowchart: valid for any names. Barriers are rounded, irreversible tasks are hexagons, the critical
 * path is drawn thick. Mermaid itself draws at most 500 edges unless it is configured otherwise. O(tasks + edges).
 */
export function planMermaid(plan: Drawable, { states, durations }: DrawingOptions = {}): string {
  const { tasks, edges } = drawingOf(plan, durations);
  const lines = [
    'flowchart TD',
    ...tasks.map((drawn) => `  t${drawn.number}${shapeOf(drawn)}`),
    ...edges.map(({ from, to, isCritical }) => `  t${from} ${isCritical ? '==>' : '-->'} t${to}`),
    ...(states ? classLines(tasks, states) : []),
  ];
  return lines.join('\n');
}

function shapeOf({ task, label }: DrawnTask): string {
  const text = `"${escaped(label)}"`;
  if (task.irreversible) return `{{${text}}}`;
  return task.kind === 'barrier' ? `([${text}])` : `[${text}]`;
}

/** Letters, digits and a few harmless marks stay; everything else becomes a numeric entity, which Mermaid decodes. */
function escaped(label: string): string {
  return label.replace(/[^\p{L}\p{M}\p{N} .,:/_+=()-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}

function classLines(tasks: readonly DrawnTask[], states: (task: number) => string): readonly string[] {
  const numbersOf = Map.groupBy(tasks, ({ number }) => states(number - 1));
  return Array.from(stateColours).flatMap(([state, { fill, text }]) => {
    const members = numbersOf.get(state)?.map(({ number }) => `t${number}`);
    if (!members) return [];
    return [`  classDef ${state} fill:${fill},color:${text}`, `  class ${members.join(',')} ${state}`];
  });
}
