import { afterAll, expect, it } from 'vitest';
import { tellFigures } from './support/figures.ts';
import { readMutants, type Mutant } from './support/mutants.ts';
import { TreeCopy, type Verdict } from './support/tree-copy.ts';

const timeoutMs = 900_000;
/** Test runs side by side. */
const lanes = 2;

const mutants = readMutants();
const survived: string[] = [];
let caught = 0;

afterAll(() => {
  tellFigures({ name: 'mutants', passed: caught, failed: mutants.length - caught });
});

/** Runs the tests of mutants in a copy that `change` has changed. */
async function tested(
  those: readonly Mutant[],
  workers: number,
  change: (copy: TreeCopy) => void = () => undefined,
): Promise<Verdict> {
  const files = new Set(those.flatMap(({ caughtBy }) => caughtBy));
  const names = new Set(those.map(({ test }) => test));
  const copy = new TreeCopy();
  try {
    change(copy);
    return await copy.test([...files], [...names], workers);
  } finally {
    copy.remove();
  }
}

async function hunt(mutant: Mutant): Promise<void> {
  const begunMs = performance.now();
  const verdict = await tested([mutant], 1, (copy) => copy.apply(mutant));
  const seconds = ((performance.now() - begunMs) / 1_000).toFixed(1);
  if (verdict.kind === 'failed') caught += 1;
  else survived.push(`${mutant.name}: ${verdict.kind === 'broken' ? verdict.message : mutant.bug}`);
  const how = { passed: 'SURVIVED', broken: 'BROKEN', failed: 'caught' }[verdict.kind];
  const by = verdict.kind === 'failed' ? ` by "${verdict.test}": ${verdict.message}` : '';
  process.stdout.write(`${how} ${mutant.name} (${seconds} s)${by}\n`);
}

it('the tests pass as long as nothing is wrong', { timeout: timeoutMs }, async () => {
  expect(await tested(mutants, lanes)).toEqual({ kind: 'passed' });
});

it('every mutant is caught by the tests that ought to', { timeout: timeoutMs }, async () => {
  const left = [...mutants];
  const errors: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let mutant = left.shift(); mutant; mutant = left.shift()) {
      await hunt(mutant).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  expect(errors).toEqual([]);
  expect(survived).toEqual([]);
});
