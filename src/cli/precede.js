#!/usr/bin/env node
// The command `precede`. In a checkout it runs the TypeScript beside it as it is; installed, it runs what the build made.
// Plain JavaScript that an old Node can parse, so that an old Node gets a sentence instead of a syntax error.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const packageRoot = new URL('../../', import.meta.url);
// The source is shipped too, to be read; Node runs no TypeScript from node_modules.
const isCheckout = existsSync(new URL('./main.ts', import.meta.url)) && !import.meta.url.includes('/node_modules/');

const needed = neededNode();
if (isAtLeast(process.versions.node, needed)) {
  process.exitCode = await runCommand();
} else {
  const ownNode = fileURLToPath(new URL('node_modules/node/bin/node', packageRoot));
  if (isCheckout && existsSync(ownNode)) runUnder(ownNode);
  else refuse();
}

/** @returns {Promise<number>} the exit code */
async function runCommand() {
  endWithLauncher();
  keepCompiled();
  const [folder, extension] = isCheckout
    ? [new URL('./', import.meta.url), 'ts']
    : [new URL('dist/cli/', packageRoot), 'js'];
  const ownName = /** @type {typeof import('./own-name.ts')} */ (
    await import(new URL(`own-name.${extension}`, folder).href)
  );
  ownName.resolveOwnName();
  const command = /** @type {{ main: (argv: readonly string[]) => Promise<number> }} */ (
    await import(new URL(`main.${extension}`, folder).href)
  );
  return command.main(process.argv.slice(2));
}

/** @param {string} node path of a Node that is new enough */
function runUnder(node) {
  const env = { ...process.env, PRECEDE_LAUNCHED: '1' };
  const child = spawn(node, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env });
  // A terminal sends these to both processes; the child decides when to end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    if (signal !== null) console.error(`precede: ended by ${signal}`);
  });
}

/** Compiles each module once, not at each start: of a checkout beside its packages, else where Node keeps such things. */
function keepCompiled() {
  module.enableCompileCache(isCheckout ? fileURLToPath(new URL('node_modules/.cache/', packageRoot)) : undefined);
}

/** Whoever kills the process that was started means the one that does the work, which the variable tells apart. */
function endWithLauncher() {
  if (process.env['PRECEDE_LAUNCHED'] === undefined) return;
  delete process.env['PRECEDE_LAUNCHED'];
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}

function refuse() {
  console.error(`precede: needs Node ${needed} or newer, and this is ${process.versions.node}.`);
  console.error(isCheckout ? 'Run `npm ci`, which installs the right one.' : 'Install a newer Node and try again.');
  process.exitCode = 2;
}

/** @returns {string} the lowest version named by `engines.node` */
function neededNode() {
  const manifest = /** @type {{ engines: { node: string } }} */ (
    JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8'))
  );
  return manifest.engines.node.replace('>=', '');
}

/**
 * @param {string} version
 * @param {string} lowest
 */
function isAtLeast(version, lowest) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const [lowestMajor = 0, lowestMinor = 0, lowestPatch = 0] = lowest.split('.').map(Number);
  if (major !== lowestMajor) return major > lowestMajor;
  if (minor !== lowestMinor) return minor > lowestMinor;
  return patch >= lowestPatch;
}
