import { durationText } from '../duration-text.ts';
import type { Box } from '../svg/boxes.ts';
import { namesFor } from '../svg/markup.ts';
import type { Fact, PageGroup, PageTask } from './page-data.ts';
import { excerptOf, type Told } from './task-details.ts';

const tasksMax = 100;

/** What the page knows of the boxes of many lanes: how many there are, and the first that have details. O(tasks). */
export function groupsOf(told: Told, boxes: readonly Box[], details: readonly PageTask[]): readonly PageGroup[] {
  const detailed = new Set(details.map(({ number }) => number - 1));
  const folded = boxes.filter(({ tasks }) => tasks.length > 1);
  return folded.map((box) => {
    const first = box.tasks.filter((task) => detailed.has(task));
    return {
      id: box.index,
      name: namesFor(told.scrubber)(box.name),
      facts: [
        ['Tasks', box.tasks.length.toLocaleString('en')],
        ['Longest', durationText(box.estimateMs)],
        ...countsOf(told, box),
      ],
      tasks: { ...excerptOf(first, tasksMax), count: box.tasks.length },
    };
  });
}

/** How many of them are in which state, and what a dry run found out. */
function countsOf({ facts: { actual, finding } }: Told, { tasks }: Box): readonly Fact[] {
  const counted = (wordOf: (task: number) => string): string =>
    Array.from(Map.groupBy(tasks, wordOf), ([word, those]) => `${those.length.toLocaleString('en')} ${word}`).join(
      ', ',
    );
  return [
    ...(actual ? [['States', counted((task) => actual.tasks[task]?.state ?? '')] as const] : []),
    ...(finding ? [['Dry run', counted((task) => finding(task)?.kind ?? 'not looked at')] as const] : []),
  ];
}
