// Everything that must hold before a commit, cheapest first. Stops at the first failure and shows its output.
// `npm run check -- --without tests` leaves a step out, for a caller that has just run it.
import { spawnSync } from 'node:child_process';

const steps = [
  { name: 'format', script: 'format:check' },
  { name: 'types', script: 'types' },
  { name: 'lint', script: 'lint' },
  { name: 'import rules', script: 'imports' },
  { name: 'dead code', script: 'deadcode' },
  { name: 'docs', script: 'docs' },
  { name: 'packages', script: 'packages' },
  { name: 'tests', script: 'test' },
];

const nameWidth = Math.max(...steps.map(({ name }) => name.length));
const [flag, without] = process.argv.slice(2);
if (flag !== undefined && (flag !== '--without' || !steps.some(({ name }) => name === without))) {
  console.error(`Usage: npm run check [-- --without <${steps.map(({ name }) => name).join(' | ')}>]`);
  process.exit(2);
}

for (const { name, script } of steps) {
  const label = name.padEnd(nameWidth);
  if (name === without) {
    console.log(`${label}  left out, as asked`);
    continue;
  }
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', script], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(5);
  if (status !== 0) {
    console.log(`${label}  FAILED ${seconds} s: npm run ${script}\n`);
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    process.exit(1);
  }
  console.log(`${label}  ok ${seconds} s`);
}
