import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcher } from '../../e2e/support/precede.ts';

/** When a process is killed: so long after so many lines about tasks that it has printed. */
export interface KillMoment {
  readonly lines: number;
  readonly delayMs: number;
}

/** What a process printed until it ended or was killed. */
export interface Life {
  readonly isKilled: boolean;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines about tasks: what it has acknowledged. */
  readonly acknowledged: readonly string[];
}

const taskLine = /^\d\d:\d\d:\d\d\.\d{3} {2}(RUNNING|SUCCESS|ROLLING_BACK|ROLLED_BACK) +(.*)$/;

/** Runs the command as a process of its own, and kills it with -9 at the moment given, if it lives as long. */
export async function lifeOf(args: readonly string[], kill: KillMoment | undefined): Promise<Life> {
  const child = spawn(process.execPath, [launcher, ...args, '--format', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  let isKilled = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (!kill || isKilled || acknowledgedIn(stderr).length < kill.lines) return;
    isKilled = true;
    setTimeout(() => child.kill('SIGKILL'), kill.delayMs);
  });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  const status = await promise;
  return { isKilled: child.signalCode === 'SIGKILL', status, stdout, stderr, acknowledged: acknowledgedIn(stderr) };
}

function acknowledgedIn(stderr: string): readonly string[] {
  return stderr.split('\n').filter((line) => taskLine.test(line));
}

/** How many tasks a process has acknowledged to be done. */
export function successesIn({ acknowledged }: Life): number {
  return acknowledged.filter((line) => taskLine.exec(line)?.[1] === 'SUCCESS').length;
}

/** How often an observer was started on a host: each start first says in its log, under its own pid, what it is. */
export function observerStarts(homePath: string): number {
  const log = readFileSync(join(homePath, 'log', 'observer.log'), 'utf8');
  return new Set(Array.from(log.matchAll(/\[SERVER\] \[(\d+)\]/g), ([, pid]) => pid)).size;
}

/** How often a database received a statement that holds a text. */
export function statementsReceived(sqlLog: string, text: string): number {
  const lines = readFileSync(sqlLog, 'utf8').split('\n');
  return lines.filter((line) => line.includes('"event":"received"') && line.includes(text)).length;
}
