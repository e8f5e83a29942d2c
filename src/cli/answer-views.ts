import { toTaskAnswer } from '../ocp/index.ts';
import { estimatePlan, planHtml, type EstimateOptions } from '../plan/index.ts';
import { readTaskAnswers, type AnsweredPlan } from './from-task.ts';
import type { Output } from './output.ts';
import { drawnAs } from './plan-drawing.ts';
import { refusal } from './refusal.ts';
import { answerJson } from './views/answer-json.ts';
import { answerEdges, answerText, answerTitle } from './views/answer-text.ts';

/** How the tasks of an answer are shown. */
export interface AnswerViewOptions {
  readonly format: 'text' | 'json' | 'mermaid' | 'dot' | 'svg' | 'html' | 'ocp';
  readonly out: Output;
  /** For the text: a plan, with waves and estimates; or the edges alone. */
  readonly text: 'plan' | 'edges';
  readonly estimate: EstimateOptions;
}

/** Every task of the answer in a file, one after the other; as JSON a list when there are several. @throws RefusedError */
export function answerView(file: string, options: AnswerViewOptions): string {
  const answers = readTaskAnswers(file);
  if (options.format === 'json') return jsonText(answers.map((answered) => answerJson(answered, options.estimate)));
  if (options.format === 'svg' || options.format === 'html') return picture(answers, file, options);
  if (options.format !== 'ocp') return answers.map((answered) => drawn(answered, options)).join('\n\n');
  const contents = answers.map(({ answer }) => toTaskAnswer(answer));
  // So that it can be read again.
  return jsonText(contents.length === 1 ? contents : [{ contents }]);
}

/** The only one of several values, else all of them in a list. */
function jsonText(values: readonly unknown[]): string {
  return JSON.stringify(values.length === 1 ? values[0] : values, null, 2);
}

/** A picture or a page shows one task. @throws RefusedError `SEVERAL_TASKS` */
function picture(answers: readonly AnsweredPlan[], file: string, { format, estimate }: AnswerViewOptions): string {
  const [only, ...others] = answers;
  if (!only || others.length > 0) {
    const message = `it holds ${answers.length} tasks, and a picture shows one.`;
    throw refusal(file, { code: 'SEVERAL_TASKS', message, next: 'Give an answer with one of them.' });
  }
  const states = (task: number): string => only.tasks[task]?.state ?? '';
  if (format === 'svg') return drawnAs(format, only.plan, { states });
  const actual = { ...only.answer.snapshot, tasks: only.tasks };
  return planHtml(only.plan, estimatePlan(only.plan, estimate), { actual });
}

function drawn(answered: AnsweredPlan, { format, out, text, estimate }: AnswerViewOptions): string {
  const states = (task: number): string => answered.tasks[task]?.state ?? '';
  const mark = { mermaid: '%%', dot: '//' };
  if (format === 'mermaid' || format === 'dot') {
    return `${mark[format]} ${answerTitle(answered)}\n${drawnAs(format, answered.plan, { states })}`;
  }
  return text === 'plan' ? answerText(answered, out, estimate) : answerEdges(answered, out);
}
