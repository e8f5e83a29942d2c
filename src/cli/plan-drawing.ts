import { planDot, planMermaid, planSvg, type DrawingOptions, type Pictured } from '../plan/index.ts';

/** In which languages a plan is drawn, besides text and the page. */
export type DrawingFormat = 'mermaid' | 'dot' | 'svg';

/** A plan in one of them. */
export function drawnAs(format: DrawingFormat, plan: Pictured, options: DrawingOptions = {}): string {
  const draw = { mermaid: planMermaid, dot: planDot, svg: planSvg }[format];
  return draw(plan, options);
}
