import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A small bug in `src`, kept as a patch whose first lines say what it is and which test ought to catch it. */
export interface Mutant {
  readonly name: string;
  readonly bug: string;
  /** Test files, from the root of the package. */
  readonly caughtBy: readonly string[];
  /** What the names of the tests in them contain that ought to. */
  readonly test: string;
  /** Absolute path of the patch. */
  readonly patch: string;
}

const directory = fileURLToPath(new URL('../mutants/', import.meta.url));

/** All mutants, by name. @throws when one does not say what it is */
export function readMutants(): readonly Mutant[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.patch'));
  return files.toSorted().map((file) => {
    const text = readFileSync(`${directory}${file}`, 'utf8');
    const [bug] = saidOf(text, 'bug');
    const caughtBy = saidOf(text, 'caught-by');
    const [test] = saidOf(text, 'test');
    if (bug === undefined || test === undefined || caughtBy.length === 0)
      throw new Error(`${file} has to begin with lines "# bug: ...", "# caught-by: test/..." and "# test: NAME".`);
    return { name: file.replace(/\.patch$/, ''), bug, caughtBy, test, patch: `${directory}${file}` };
  });
}

function saidOf(text: string, what: string): readonly string[] {
  const start = `# ${what}: `;
  const head = text.slice(0, text.indexOf('diff --git')).split('\n');
  return head.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length).trim());
}
