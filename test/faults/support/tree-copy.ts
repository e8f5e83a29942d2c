import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutants.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const copied = ['src', 'test', 'workflows', '.config', 'package.json', 'tsconfig.json', 'vitest.config.ts'];
/** Far more than the tests of one mutant take, all in all and each that has no time limit of its own. */
const timeoutMs = 120_000;
const testTimeoutMs = 60_000;

/** What came of running tests. */
export type Verdict =
  | { readonly kind: 'passed' }
  /** A test said no, and not because it ran out of time. */
  | { readonly kind: 'failed'; readonly test: string; readonly message: string }
  /** The tests could not be run, which says nothing about what they test. */
  | { readonly kind: 'broken'; readonly message: string };

/** A copy of what the tests need, to be changed at will. The packages are those of the checkout. */
export class TreeCopy {
  readonly #directory = mkdtempSync(join(tmpdir(), 'precede-mutant-'));

  constructor() {
    for (const entry of copied) cpSync(join(root, entry), join(this.#directory, entry), { recursive: true });
    // One link per package: what the test runner keeps beside them must not get into the checkout.
    const packages = join(this.#directory, 'node_modules');
    mkdirSync(packages);
    for (const entry of readdirSync(join(root, 'node_modules'))) {
      if (!entry.startsWith('.')) symlinkSync(join(root, 'node_modules', entry), join(packages, entry));
    }
  }

  /** @throws when the patch does not fit what it was made for any more */
  apply({ name, patch }: Mutant): void {
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() };
    const { status, stderr, error } = spawnSync('git', ['apply', patch], { cwd: this.#directory, env });
    if (status === 0) return;
    throw new Error(
      `Mutant ${name} does not apply: ${error?.message ?? stderr.toString().trim()}\n` +
        `What it changes was changed since. To renew it: make the same mistake in src by hand, replace what follows the ` +
        `comment lines of test/faults/mutants/${name}.patch by the output of "git diff src", then "git checkout src".`,
    );
  }

  /** Runs those tests in files of the copy whose names contain one of the texts, to the first failure. */
  async test(files: readonly string[], names: readonly string[], workers: number): Promise<Verdict> {
    const vitest = join(this.#directory, 'node_modules/vitest/vitest.mjs');
    const told = join(this.#directory, 'verdict.json');
    const pattern = names.map((name) => name.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|');
    const flags = [
      '--typecheck.enabled=false',
      '--bail=1',
      `--testTimeout=${testTimeoutMs}`,
      `--maxWorkers=${workers}`,
    ];
    const args = [vitest, 'run', ...flags, '-t', pattern, '--reporter=json', `--outputFile=${told}`, ...files];
    const child = spawn(process.execPath, args, {
      ...{ cwd: this.#directory, env: environment(), timeout: timeoutMs },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child, 'close');
    try {
      return verdictOf(JSON.parse(readFileSync(told, 'utf8')) as Report, said);
    } catch {
      return { kind: 'broken', message: `The tests were not run: ${said.trim()}` };
    }
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** As much of vitest's JSON report as matters here. */
interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

function verdictOf({ success, testResults }: Report, said: string): Verdict {
  const results = testResults.flatMap((file) => file.assertionResults);
  if (success && results.some(({ status }) => status === 'passed')) return { kind: 'passed' };
  const failed = results.find(({ status }) => status === 'failed');
  if (!failed) {
    const message = testResults.map((file) => file.message ?? '').join('\n') + said;
    return { kind: 'broken', message: `No test failed, and yet: ${message.trim()}` };
  }
  const [message = ''] = failed.failureMessages?.[0]?.split('\n') ?? [];
  // A test that runs out of time may have done so because the machine is busy.
  const isNoAnswer = /^(ReferenceError|SyntaxError|TestTimeoutError)\b/.test(message);
  return isNoAnswer ? { kind: 'broken', message } : { kind: 'failed', test: failed.fullName, message };
}

/** Nothing of the test runner that this runs in. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|VITE_|TEST$|NODE_ENV$|NODE_OPTIONS$|DEV$|PROD$|MODE$|SSR$|BASE_URL$|PRECEDE_)/.test(name),
  );
  return Object.fromEntries(own);
}
