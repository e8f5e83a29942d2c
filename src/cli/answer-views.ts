import { toTaskAnswer } from '../ocp/index.ts';
import { planDot, planMermaid, type EstimateOptions } from '../plan/index.ts';
import { readTaskAnswers, type AnsweredPlan } from './from-task.ts';
import type { Output } from './output.ts';
import { answerJson } from './views/answer-json.ts';
import { answerEdges, answerText, answerTitle } from './views/answer-text.ts';

/** How the tasks of an answer are shown. */
export interface AnswerViewOptions {
  readonly format: 'text' | 'json' | 'mermaid' | 'dot' | 'ocp';
  readonly out: Output;
  /** For the text: a plan, with waves and estimates; or the edges alone. */
  readonly text: 'plan' | 'edges';
  readonly estimate: EstimateOptions;
}

/** Every task of the answer in a file, one after the other; as JSON a list when there are several. @throws RefusedError */
export function answerView(file: string, options: AnswerViewOptions): string {
  const answers = readTaskAnswers(file);
  if (options.format === 'json') return jsonText(answers.map((answered) => answerJson(answered, options.estimate)));
  if (options.format !== 'ocp') return answers.map((answered) => drawn(answered, options)).join('\n\n');
  const contents = answers.map(({ answer }) => toTaskAnswer(answer));
  // So that it can be read again.
  return jsonText(contents.length === 1 ? contents : [{ contents }]);
}

/** The only one of several values, else all of them in a list. */
function jsonText(values: readonly unknown[]): string {
  return JSON.stringify(values.length === 1 ? values[0] : values, null, 2);
}

function drawn(answered: AnsweredPlan, { format, out, text, estimate }: AnswerViewOptions): string {
  const states = (task: number): string => answered.tasks[task]?.state ?? '';
  if (format === 'mermaid') return `%% ${answerTitle(answered)}\n${planMermaid(answered.plan, { states })}`;
  if (format === 'dot') return `// ${answerTitle(answered)}\n${planDot(answered.plan, { states })}`;
  return text === 'plan' ? answerText(answered, out, estimate) : answerEdges(answered, out);
}
