import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * What `precede plan` costs for 10,000 hosts × Add OB server, each format as a process of its own: processor time of all its
 * threads, the most memory that it held, bytes printed. The best of five, since neighbours take their share of caches and
 * clock. Exit code 1 beyond 2 s or 300 MB.
 */
const hosts = 10_000;
const rounds = 5;
const cpuMaxMs = 2_000;
const rssMaxMb = 300;
const formats = ['text', 'json', 'mermaid', 'dot'] as const;

interface Cost {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly bytes: number;
}

const precede = fileURLToPath(new URL('../src/cli/precede.js', import.meta.url));
/** Loaded before the command: says on a channel of its own what the process has used, once it is over. */
const reporter = `data:text/javascript,${encodeURIComponent(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));
`)}`;

print('format', 'cpu s', 'RSS MB', 'bytes');
for (const format of formats) {
  const costs: Cost[] = [];
  for (let round = 1; round <= rounds; round += 1) costs.push(await costOf(format));
  const cpuMs = Math.min(...costs.map((cost) => cost.cpuMs));
  const rssMb = Math.min(...costs.map((cost) => cost.rssMb));
  print(format, (cpuMs / 1_000).toFixed(2), rssMb.toFixed(0), String(costs[0]?.bytes));
  if (cpuMs > cpuMaxMs || rssMb > rssMaxMb) process.exitCode = 1;
}

async function costOf(format: string): Promise<Cost> {
  const flags = ['--servers', String(hosts), '--zone', 'zone2', '--estimates', 'declared', '--format', format];
  const child = spawn(process.execPath, ['--import', reporter, precede, 'plan', 'add-ob-server', ...flags], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let bytes = 0;
  let used = '';
  child.stdout?.on('data', (chunk: Buffer) => (bytes += chunk.length));
  child.stdio[3]?.on('data', (chunk: Buffer) => (used += chunk.toString()));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('close', resolve).once('error', reject);
  const status = await promise;
  if (status !== 0) throw new Error(`It ended with ${String(status)}.`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(used) as NodeJS.ResourceUsage;
  return { cpuMs: (userCPUTime + systemCPUTime) / 1_000, rssMb: maxRSS / 1_024, bytes };
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(10)).join('')}\n`);
}
