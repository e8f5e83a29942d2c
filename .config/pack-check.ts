// Proves the package, not the checkout: packs it, looks at the tarball, installs that into an empty folder, and has a
// program of somebody else type-checked and run there, under the oldest Node that is promised and under this one.
// Stops at the first failure and shows its output. Leaves no file and no process behind.
import { checkPackage, createPackageFromTarballData, type Package } from '@arethetypeswrong/core';
import { spawn } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { examplesOf, programsOf } from '../test/docs/examples.ts';
import { problemsOfFiles } from './packed-files.ts';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

const budgetMs = 180_000;
const sandboxMs = 30_000;
const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const oldestNode = manifest.engines.node.replace('>=', '');
const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'precede-pack-')));
const consumer = join(temporary, 'consumer');
const scratch = join(temporary, 'tmp');
const stopped = new AbortController();
const startedMs = performance.now();

process.once('SIGINT', () => stopped.abort());
process.once('SIGTERM', () => stopped.abort());
try {
  for (const folder of [consumer, scratch]) mkdirSync(folder);
  await provePackage();
  console.log(`\nall ok, ${seconds(performance.now() - startedMs)}`);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

async function provePackage(): Promise<void> {
  await step('build and pack', () => command('npm', ['pack', '--pack-destination', temporary], { cwd: root }));
  const [tarball = ''] = globSync('*.tgz', { cwd: temporary });
  const bytes = new Uint8Array(readFileSync(join(temporary, tarball)));
  const pack = createPackageFromTarballData(bytes);
  await step('files', () => refuse(problemsOfFiles(pack, root)));
  await step('publint', async () => refuse(await publintProblems(bytes)));
  await step('types of every entry', async () => refuse(await typeProblems(pack)));
  writeConsumer(tarball);
  const install = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await step('install', () => command('npm', install));
  await step('consumer compiles', () =>
    command(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']),
  );
  await runPrograms();
  await runCommands();
  await step('no process is left', nothingRuns);
}

/** The oldest Node runs what the compiler made of the programs; this one runs them as they are. */
async function runPrograms(): Promise<void> {
  const oldest = join(consumer, 'node_modules/.bin/node');
  await step(`the oldest Node is ${oldestNode}`, async () => {
    const found = await command(oldest, ['--version']);
    if (found.trim() !== `v${oldestNode}`) throw new Error(`It is ${found}`);
  });
  const [example] = examplesOf(readFileSync(join(root, 'README.md'), 'utf8'));
  const programs = ['docs/README-1.ts', ...globSync('*.ts', { cwd: consumer }).toSorted()];
  for (const node of [oldest, process.execPath]) {
    const version = node === oldest ? `v${oldestNode}` : process.version;
    for (const program of programs.filter((name) => name !== 'own-workflow.ts')) {
      await step(`${version} ${basename(program, '.ts')}`, async () => {
        const printed = await command(node, ['--disable-warning=ExperimentalWarning', program]);
        const expected = program.startsWith('docs/') ? example?.printed : '';
        if (printed !== expected) throw new Error(`It printed:\n${printed}`);
      });
    }
  }
}

/** npx finds the installed command, which runs under the oldest Node too: it is the first in the path there. */
async function runCommands(): Promise<void> {
  const precede = (...args: readonly string[]): Promise<string> => command('npx', ['--no-install', 'precede', ...args]);
  await step('precede --version', async () => requireText(await precede('--version'), manifest.version));
  const hosts = ['--servers', '3', '--cluster', '21', '--zone', 'zone2'];
  await step('precede plan add-ob-server', async () =>
    requireText(await precede('plan', 'add-ob-server', ...hosts), '37 tasks'),
  );
  await step('precede run own-workflow.ts', async () =>
    requireText(await precede('run', './own-workflow.ts'), 'SUCCESS after', '4 of 4 tasks done'),
  );
  await step('precede run add-ob-server --sandbox', async () => {
    const beganMs = performance.now();
    const shown = await precede('run', 'add-ob-server', '--sandbox', '--servers', '1');
    requireText(shown, 'SUCCESS after', '21 of 21 tasks done');
    if (performance.now() - beganMs > sandboxMs) throw new Error(`It took longer than ${seconds(sandboxMs)}.`);
  });
}

async function publintProblems(bytes: Uint8Array<ArrayBuffer>): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}

/**
 * The package is ESM only. So the two ways of finding types that know no ESM are left out: `node10` reads no export maps,
 * and `node16-cjs` is `require`, which Node ≥ 22.12 does with ES modules but no compiler setting of before knows.
 */
async function typeProblems(pack: Package): Promise<readonly string[]> {
  const workflows = globSync('*/index.ts', { cwd: join(root, 'workflows') }).map((file) =>
    file.replace('/index.ts', ''),
  );
  const entrypoints = ['.', './oceanbase', './server', ...workflows.map((name) => `./workflows/${name}`)];
  const result = await checkPackage(pack, { entrypoints });
  if (!result.types) return ['the package has no types'];
  const isLeftOut = (problem: (typeof result.problems)[number]): boolean =>
    ('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)) ||
    ('resolutionOption' in problem && problem.resolutionOption === 'node10');
  return result.problems.filter((problem) => !isLeftOut(problem)).map((problem) => JSON.stringify(problem));
}

/**
 * Somebody else's program: its own manifest and compiler settings, the packages it shares with us, and its sources. The
 * documents' programs are compiled beside it; the tests run those.
 */
function writeConsumer(tarball: string): void {
  const shared = ['zod', 'p-queue', 'pino', '@dagrejs/graphlib'];
  const platform = `${process.platform}-${process.arch}`;
  const nodePackage = `${platform === 'darwin-arm64' ? 'node-bin' : 'node'}-${platform}`;
  const packageJson = {
    name: 'consumer',
    private: true,
    type: 'module',
    dependencies: {
      precede: `file:../${tarball}`,
      ...Object.fromEntries(shared.map((name) => [name, manifest.dependencies[name]])),
    },
    devDependencies: { '@types/node': '22', [nodePackage]: oldestNode },
  };
  const compilerOptions = {
    strict: true,
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    noEmit: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  };
  writeFileSync(join(consumer, 'package.json'), JSON.stringify(packageJson));
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts'] }));
  cpSync(join(root, 'test/consumer'), consumer, { recursive: true });
  mkdirSync(join(consumer, 'docs'));
  for (const document of ['README.md', 'docs/embedding.md', 'docs/writing-workflows.md']) {
    for (const [index, { program }] of programsOf(readFileSync(join(root, document), 'utf8')).entries())
      writeFileSync(join(consumer, `docs/${basename(document, '.md')}-${index + 1}.ts`), program);
  }
}

async function step<Result>(name: string, work: () => Result | Promise<Result>): Promise<Result> {
  const beganMs = performance.now();
  const took = (): string => seconds(performance.now() - beganMs).padStart(7);
  try {
    const result = await work();
    console.log(`${name.padEnd(42)} ok ${took()}`);
    return result;
  } catch (error) {
    console.log(`${name.padEnd(42)} FAILED ${took()}`);
    throw error;
  }
}

interface CommandOptions {
  /** @default the consumer's folder */
  readonly cwd?: string;
}

/** What a command printed to standard output. It and all that it started end with this program's time. */
async function command(
  file: string,
  args: readonly string[],
  { cwd = consumer }: CommandOptions = {},
): Promise<string> {
  const leftMs = Math.max(1, Math.ceil(budgetMs - (performance.now() - startedMs)));
  const end = AbortSignal.any([stopped.signal, AbortSignal.timeout(leftMs)]);
  const child = spawn(file, args, {
    cwd,
    env: consumerEnvironment(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  end.addEventListener('abort', kill);
  if (end.aborted) kill();
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text));
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (status === 0) return output.out;
  } finally {
    end.removeEventListener('abort', kill);
  }
  const why = end.aborted ? 'was ended: no time left, or a signal' : 'failed';
  throw new Error(`${[basename(file), ...args].join(' ')} ${why}\n${output.out}${output.err}`);
}

/** As a shell in the consumer's folder has it: without what `npm run` says of the checkout, with what the registry needs. */
function consumerEnvironment(): NodeJS.ProcessEnv {
  const ofCheckout =
    /^(?:npm_package_|npm_lifecycle_|npm_config_local_prefix$|INIT_CWD$|NODE_(?!EXTRA_CA_CERTS$)|PRECEDE_)/;
  const kept = Object.entries(process.env).filter(([name]) => !ofCheckout.test(name));
  return { ...Object.fromEntries(kept), TMPDIR: scratch };
}

/** Nothing that was started here may go on: whatever it is, the temporary folder stands in its command line. */
async function nothingRuns(): Promise<void> {
  const lines = (await command('ps', ['-A', '-o', 'args='])).split('\n');
  refuse(lines.filter((line) => line.includes(temporary)));
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function requireText(shown: string, ...wanted: readonly string[]): void {
  const missing = wanted.filter((text) => !shown.includes(text));
  if (missing.length > 0)
    throw new Error(`It does not say ${missing.map((text) => `"${text}"`).join(', ')}:\n${shown}`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
