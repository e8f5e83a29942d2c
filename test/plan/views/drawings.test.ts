import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayName } from '../../../src/graph/index.ts';
import { planDot, planMermaid, type Plan } from '../../../src/plan/index.ts';
import { taskStates } from '../../../src/state/index.ts';
import { nothing, planOf } from '../../workflow/declared.ts';
import { addingPlan, chainOf } from './plans.ts';

const nasty = [
  '"',
  ']',
  '[',
  '#',
  '#35;',
  '\\',
  '\\n',
  '`md`',
  '<b>',
  '&amp;',
  '%%{init}%%',
  '$$x$$',
  '}}',
  '])',
  ';',
  'end',
  '1. a',
  '🚀',
];
const names = fc.uniqueArray(fc.oneof(fc.constantFrom(...nasty), fc.string({ minLength: 1, unit: 'binary' })), {
  minLength: 1,
  maxLength: 8,
});

/** Mermaid decodes `#35;` in quoted labels. */
function mermaidLabels(drawing: string): readonly string[] {
  return Array.from(drawing.matchAll(/^ {2}t\d+(?:\[|\(\[|\{\{)"(.*)"(?:\]|\]\)|\}\})$/gmu), ([, label = '']) =>
    label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
  );
}

/** What Graphviz makes of a quoted label. */
function dotLabels(drawing: string): readonly string[] {
  return Array.from(
    drawing.matchAll(/^ {2}t\d+ \[label="((?:[^"\\]|\\.)*)"(?:, \w+=[\w"#]+)*\];$/gmu),
    ([, label = '']) => label.replace(/\\(.)/g, '$1').replaceAll('&amp;', '&'),
  );
}

function labelsOf(list: readonly string[]): readonly string[] {
  return list.map((name, index) => `${index + 1} ${displayName(name)}`);
}

const statePlan = (): Plan =>
  planOf((flow) => {
    for (const state of taskStates) flow.task(state, nothing);
  });

describe('planMermaid', () => {
  it('draws tasks, barriers, irreversible tasks, edges and the critical path', () => {
    expect(planMermaid(addingPlan(2))).toBe(
      `
flowchart TD
  t1["1 Reserve host"]
  t2["2 Pre check (host:1)"]
  t3["3 Install rpm (host:1)"]
  t4["4 Pre check (host:2)"]
  t5["5 Install rpm (host:2)"]
  t6(["6 Wait node"])
  t7{{"7 Log in with #91;secret#93;"}}
  t1 ==> t2
  t2 ==> t3
  t1 --> t4
  t4 --> t5
  t3 ==> t6
  t5 --> t6
  t6 ==> t7
`.trim(),
    );
  });

  it('is valid for any name, and shows it', () => {
    fc.assert(
      fc.property(names, (list) => {
        const drawing = planMermaid(chainOf(list));
        expect(mermaidLabels(drawing)).toEqual(labelsOf(list));
        const lines = drawing.split('\n');
        expect(lines).toHaveLength(1 + list.length + (list.length - 1));
        for (const [, label = ''] of drawing.matchAll(/^ {2}t\d+\["(.*)"\]$/gmu))
          expect(label.replace(/#\d+;/g, '')).not.toMatch(/["`<>[\]{}\\%$&|#;]/);
      }),
    );
  });

  it('colours every state', () => {
    const drawing = planMermaid(statePlan(), { states: (task) => taskStates[task] ?? '' });
    for (const [task, state] of taskStates.entries()) {
      expect(drawing).toMatch(new RegExp(`^  classDef ${state} fill:#[0-9a-f]{6},color:#[0-9a-f]{6}$`, 'm'));
      expect(drawing).toContain(`\n  class t${task + 1} ${state}`);
    }
  });
});

describe('planDot', () => {
  it('draws tasks, barriers, irreversible tasks, edges and the critical path', () => {
    expect(planDot(addingPlan(1))).toBe(
      `
digraph "Add OB server" {
  node [shape=box, style="rounded,filled", fillcolor="#ffffff"];
  t1 [label="1 Reserve host"];
  t2 [label="2 Pre check (host:1)"];
  t3 [label="3 Install rpm (host:1)"];
  t4 [label="4 Wait node", shape=ellipse];
  t5 [label="5 Log in with [secret]", shape=octagon];
  t1 -> t2 [penwidth=3];
  t2 -> t3 [penwidth=3];
  t3 -> t4 [penwidth=3];
  t4 -> t5 [penwidth=3];
}
`.trim(),
    );
  });

  it('is valid for any name, and shows it', () => {
    fc.assert(
      fc.property(names, (list) => {
        expect(dotLabels(planDot(chainOf(list)))).toEqual(labelsOf(list));
      }),
    );
  });

  it('colours every state', () => {
    const drawing = planDot(statePlan(), { states: (task) => taskStates[task] ?? '' });
    expect(drawing.match(/fillcolor="#[0-9a-f]{6}", fontcolor="#[0-9a-f]{6}"/g)).toHaveLength(taskStates.length);
  });
});
