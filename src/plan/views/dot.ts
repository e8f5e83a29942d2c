import { drawingOf, type Drawable, type DrawingOptions, type DrawnTask } from './drawing.ts';
import { stateColours } from './state-colours.ts';

/**
 * A plan in Graphviz' DOT language: valid for any names. Barriers are ellipses, irreversible tasks are octagons, the
 * critical path is drawn thick. O(tasks + edges).
 */
export function planDot(plan: Drawable, { states, durations }: DrawingOptions = {}): string {
  const { title, tasks, edges } = drawingOf(plan, durations);
  const lines = [
    `digraph ${quoted(title)} {`,
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff"];',
    ...tasks.map((drawn) => `  t${drawn.number} [${attributes(drawn, states?.(drawn.number - 1))}];`),
    ...edges.map(({ from, to, isCritical }) => `  t${from} -> t${to}${isCritical ? ' [penwidth=3]' : ''};`),
    '}',
  ];
  return lines.join('\n');
}

function attributes({ task, label }: DrawnTask, state: string | undefined): string {
  const colours = state === undefined ? undefined : stateColours.get(state);
  const barrier = task.kind === 'barrier' ? ['shape=ellipse'] : [];
  return [
    `label=${quoted(label)}`,
    ...(task.irreversible ? ['shape=octagon'] : barrier),
    ...(colours ? [`fillcolor="${colours.fill}"`, `fontcolor="${colours.text}"`] : []),
  ].join(', ');
}

/** Backslashes start escapes in labels, ampersands start entities, quotes end the text. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')}"`;
}
