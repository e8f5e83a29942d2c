import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { PrecedeError } from '../../../errors/index.ts';
import type { HostConfig } from '../host-config.ts';
import { readJsonFile, writeJsonFile } from '../json-file.ts';
import { standInDevice } from '../release.ts';
import { missingSettings, type ObserverSettings } from './observer-flags.ts';

/** Where an observer keeps its things: below the directory in which it was started, as the original does. */
export interface ObserverPlace {
  readonly home: string;
  readonly pidFile: string;
  readonly savedSettings: string;
}

/** The place of an observer whose home is `home` (absolute). */
export function observerPlace(home: string): ObserverPlace {
  return {
    home,
    pidFile: join(home, 'run', 'observer.pid'),
    savedSettings: join(home, 'etc', 'observer.config.bin'),
  };
}

/**
 * The settings to start with: what was saved, overridden by the flags; saved again when flags were given.
 * Throws `OBSERVER_REFUSED` when settings are missing, directories are not there, or this user or address is wrong.
 */
export function resolveSettings(
  flags: Partial<ObserverSettings>,
  place: ObserverPlace,
  host: HostConfig,
): ObserverSettings {
  const given = Object.keys(flags).length > 0;
  const saved = readJsonFile(place.savedSettings) as Partial<ObserverSettings> | undefined;
  if (!given && saved === undefined) {
    throw refused(`started without flags, but nothing was saved in ${place.savedSettings}`);
  }
  const settings = { parameters: {}, logLevel: 'WDIAG', ...saved, ...flags };
  const missing = missingSettings(settings);
  if (missing.length > 0) throw refused(`flags are missing: ${missing.join(', ')}`);
  const complete = settings as ObserverSettings;
  refuseWrongPlace(complete, place, host);
  mkdirSync(join(place.home, 'etc'), { recursive: true });
  mkdirSync(join(place.home, 'run'), { recursive: true });
  if (given) writeJsonFile(place.savedSettings, complete);
  return complete;
}

/** The data directory as an absolute path. */
export function dataDirOf(settings: ObserverSettings, place: ObserverPlace): string {
  return resolve(place.home, settings.dataDir);
}

/** The pid of an observer that runs in this home already, if one does. */
export function runningPid(place: ObserverPlace): number | undefined {
  if (!existsSync(place.pidFile)) return undefined;
  const pid = Number(readFileSync(place.pidFile, 'utf8'));
  if (!(pid > 0) || pid === process.pid) return undefined;
  try {
    const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('observer') ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** An observer does not start. */
export function refused(message: string, cause?: unknown): PrecedeError<'OBSERVER_REFUSED'> {
  return new PrecedeError('OBSERVER_REFUSED', { message, cause });
}

function refuseWrongPlace(settings: ObserverSettings, place: ObserverPlace, host: HostConfig): void {
  refuseWrongNetwork(settings, host);
  const dataDir = dataDirOf(settings, place);
  for (const directory of [dataDir, ...host.release.needed.map((name) => join(dataDir, name))]) {
    if (!isDirectory(directory)) throw refused(`directory ${directory} does not exist`);
  }
  const etc = join(place.home, 'etc');
  const uid = process.getuid?.();
  if (isDirectory(etc) && uid !== undefined && statSync(etc).uid !== uid) {
    throw refused(`started by user ${uid}, but ${etc} belongs to user ${statSync(etc).uid}`);
  }
}

function refuseWrongNetwork({ localIp, device = standInDevice }: ObserverSettings, { ip }: HostConfig): void {
  if (localIp !== undefined && localIp !== ip) throw refused(`local address ${localIp} is not on this host (${ip})`);
  if (device !== standInDevice) throw refused(`there is no network device ${device} on this host`);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
