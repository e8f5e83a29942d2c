/**
 * The stand-in `observer`, as bin/observer of the stand-in package starts it. Arguments: the path of bin/observer,
 * then the observer's own flags. Its home is the directory in which it is started, as with the original.
 */
import { realpathSync, writeFileSync } from 'node:fs';
import { faultOf } from './faults.ts';
import { findHostConfig, type HostConfig } from './host-config.ts';
import { daemonMark, startDaemonByOwner } from './observer/daemon.ts';
import { parseObserverFlags, type ObserverFlags } from './observer/observer-flags.ts';
import { openObserverLog, type ObserverLog } from './observer/observer-log.ts';
import { observerPlace, refused, resolveSettings, type ObserverPlace } from './observer/observer-start.ts';
import type { Release } from './release.ts';
import { standInNotice } from './stand-in-notice.ts';

const [launcher = '', ...words] = process.argv.slice(2);
const isDaemon = words[0] === daemonMark;
const args = isDaemon ? words.slice(1) : words;
const home = process.cwd();

const host = findHostConfig(realpathSync(launcher));
const flags = parseObserverFlags(args, host?.release.line);
if (!host) fail(['this is no host of a sandbox']);
else if (isProblems(flags)) fail(flags);
else if (flags.print !== undefined) print(flags.print, host.release);
else if (flags.foreground || isDaemon) await runHere(flags, host);
else process.exitCode = await start(host);

async function start(on: HostConfig): Promise<number> {
  try {
    return await startDaemonByOwner({ launcher, args, home, env: process.env }, on);
  } catch (error) {
    fail([error instanceof Error ? error.message : String(error)]);
    return 1;
  }
}

async function runHere(given: ObserverFlags, on: HostConfig): Promise<void> {
  const log = openObserverLog(home);
  try {
    const place = observerPlace(home);
    const settings = resolveSettings(given.settings, place, on);
    if (faultOf(on.faults, 'observer-exits')) {
      exitSoon(place, log);
      return;
    }
    // Loaded only here: the process that merely starts the daemon must be quick.
    const { runObserver } = await import('./observer/observer.ts');
    await runObserver({ settings, place, host: on, log });
    process.once('SIGTERM', () => {
      log.info('stopped by SIGTERM');
      process.exit(0);
    });
    process.send?.('serving', () => {
      process.disconnect();
    });
  } catch (error) {
    log.error(`observer does not start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}

/** The fault observer-exits: as a start that succeeds and is over at once. */
function exitSoon({ pidFile }: ObserverPlace, log: ObserverLog): void {
  writeFileSync(pidFile, `${process.pid}\n`);
  log.error(
    'observer ends: memory allocation failed, memory_limit is above what the machine has (fault of the stand-in)',
  );
  if (!process.send) process.exit(1);
  process.send('serving', () => process.exit(1));
}

function print(what: 'version' | 'help', { serverVersion, line }: Release): void {
  const text =
    what === 'version'
      ? `observer (${serverVersion})`
      : `observer ${line === '2x' ? '[-i device]' : '[-I ip]'} [-p port] [-P port] …`;
  process.stdout.write(`${text}\n${standInNotice}\n`);
}

function fail(problems: readonly string[]): void {
  const log = openObserverLog(home);
  for (const problem of problems) {
    log.error(refused(problem).message);
    process.stderr.write(`observer: ${problem}\n`);
  }
  process.exitCode = 1;
}

function isProblems(given: ObserverFlags | readonly string[]): given is readonly string[] {
  return Array.isArray(given);
}
