// Runs the fault tests and tells, at the end, what each kind of fault came to and all of them together.
// `--soak` takes the sizes for a night instead of those for every commit.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figures } from '../test/faults/support/figures.ts';

/** Sizes by environment variable; whoever sets one has the last word. Unset means the size for every commit. */
const soakSizes = {
  PRECEDE_KILLS: '1000',
  PRECEDE_SERIES: '200',
  PRECEDE_PAUSES: '200',
  PRECEDE_TORN: '10000',
  PRECEDE_INJECTED: '300',
  PRECEDE_CUTS: '400',
  PRECEDE_TRIALS: '300',
  PRECEDE_SEQUENCES: '200000',
};

const [mode, ...files] = process.argv.slice(2);
const isSoak = mode === '--soak';
const chosen = isSoak ? files : process.argv.slice(2);

const directory = mkdtempSync(join(tmpdir(), 'precede-faults-'));
const figuresFile = join(directory, 'figures.jsonl');
const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
const args = [vitest, 'run', '--config', '.config/vitest.faults.config.ts', ...chosen];
const env = { ...(isSoak ? soakSizes : {}), ...process.env, PRECEDE_FIGURES: figuresFile };
const startedMs = performance.now();
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env });
const figures = figuresOf(figuresFile);
rmSync(directory, { recursive: true, force: true });

console.log(`\nFault tests, ${Math.round((performance.now() - startedMs) / 1_000)} s`);
for (const { name, passed, failed, details = '' } of figures) {
  console.log(`  ${name}: ${passed} passed, ${failed} failed${details === '' ? '' : `; ${details}`}`);
}
const passed = figures.reduce((sum, { passed: some }) => sum + some, 0);
const failed = figures.reduce((sum, { failed: some }) => sum + some, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(status ?? 1);

function figuresOf(file: string): readonly Figures[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Figures);
  } catch {
    // No test got as far as that; their own report says why.
    return [];
  }
}
