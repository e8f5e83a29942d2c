// Runs tests that keep figures, and tells at the end what each kind came to and all of them together.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figures } from '../test/faults/support/figures.ts';

export interface FiguresRun {
  /** What stands above the figures. */
  readonly title: string;
  /** The configuration of vitest, relative to the repository. */
  readonly config: string;
  /** The test files; none for all. */
  readonly files: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the tests and prints their figures. @returns the exit code: not 0 as soon as anything has failed */
export function runWithFigures({ title, config, files, env = {} }: FiguresRun): number {
  const directory = mkdtempSync(join(tmpdir(), 'precede-figures-'));
  const figuresFile = join(directory, 'figures.jsonl');
  const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const startedMs = performance.now();
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', config, ...files], {
    stdio: 'inherit',
    env: { ...env, ...process.env, PRECEDE_FIGURES: figuresFile },
  });
  const figures = figuresOf(figuresFile);
  rmSync(directory, { recursive: true, force: true });
  console.log(`\n${title}, ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  for (const { name, passed, failed, details = '' } of figures) {
    console.log(`  ${name}: ${passed} passed, ${failed} failed${details === '' ? '' : `; ${details}`}`);
  }
  const passed = figures.reduce((sum, { passed: some }) => sum + some, 0);
  const failed = figures.reduce((sum, { failed: some }) => sum + some, 0);
  console.log(`${passed} passed, ${failed} failed`);
  return status === 0 && failed > 0 ? 1 : (status ?? 1);
}

function figuresOf(file: string): readonly Figures[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Figures);
  } catch {
    // No test got as far as that; their own report says why.
    return [];
  }
}
