import { isIP } from 'node:net';
import type { Release } from '../release.ts';

/** What an observer is started with; saved, so that a later start needs no flags. */
export interface ObserverSettings {
  /** Local address (-I); undefined when a network device (-i) was named instead. */
  readonly localIp?: string;
  readonly device?: string;
  readonly sqlPort: number;
  readonly rpcPort: number;
  readonly zone: string;
  /** Absolute, or relative to the directory in which the observer was started. */
  readonly dataDir: string;
  readonly rootServers: string;
  readonly clusterId: number;
  readonly clusterName: string;
  /** The start-up parameters of -o by name. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly logLevel: string;
}

/** A command line as far as it was given. */
export interface ObserverFlags {
  readonly settings: Partial<ObserverSettings>;
  /** -N: stay in the foreground. */
  readonly foreground: boolean;
  /** -V or -h: print and end. */
  readonly print?: 'version' | 'help';
}

type Letter = 'I' | 'i' | 'p' | 'P' | 'z' | 'd' | 'r' | 'c' | 'n' | 'o' | 'l';

const longNames: Readonly<Record<string, Letter | 'N' | 'V' | 'h'>> = {
  local_ip: 'I',
  devname: 'i',
  mysql_port: 'p',
  rpc_port: 'P',
  zone: 'z',
  data_dir: 'd',
  rs_list: 'r',
  cluster_id: 'c',
  appname: 'n',
  optstr: 'o',
  log_level: 'l',
  nodaemon: 'N',
  version: 'V',
  help: 'h',
};

/**
 * Reads the flags of an observer of 4.x (2.x and 3.x do not know -I); a list of texts says everything that is wrong
 * with them.
 */
export function parseObserverFlags(
  args: readonly string[],
  line: Release['line'] = '4x',
): ObserverFlags | readonly string[] {
  const { values, switches, problems } = splitFlags(args);
  if (line === '2x' && values.delete('I')) problems.push('invalid option -- "I"');
  const settings: Partial<ObserverSettings> = {};
  for (const [letter, value] of values) {
    const read = readers[letter](value);
    if (typeof read === 'string') problems.push(read);
    else Object.assign(settings, read);
  }
  if (problems.length > 0) return problems;
  const print = switches.has('V') ? 'version' : switches.has('h') ? 'help' : undefined;
  return { settings, foreground: switches.has('N'), ...(print === undefined ? {} : { print }) };
}

/** The names of the flags without which a first start is refused. */
export function missingSettings(settings: Partial<ObserverSettings>): readonly string[] {
  const needed: readonly (readonly [string, unknown])[] = [
    ['-I or -i', settings.localIp ?? settings.device],
    ['-p', settings.sqlPort],
    ['-P', settings.rpcPort],
    ['-z', settings.zone],
    ['-d', settings.dataDir],
    ['-r', settings.rootServers],
    ['-c', settings.clusterId],
    ['-n', settings.clusterName],
  ];
  return needed.filter(([, value]) => value === undefined).map(([flag]) => flag);
}

interface SplitFlags {
  readonly values: Map<Letter, string>;
  readonly switches: Set<string>;
  readonly problems: string[];
}

/** As getopt does: `-p 2881`, `-p2881`, `-Np 2881`, `--mysql_port 2881`, `--mysql_port=2881`. */
function splitFlags(args: readonly string[]): SplitFlags {
  const split: SplitFlags = { values: new Map(), switches: new Set(), problems: [] };
  let index = 0;
  const next = (flag: string): string => {
    const value = args[index];
    index += 1;
    if (value === undefined) split.problems.push(`option ${flag} requires an argument`);
    return value ?? '';
  };
  while (index < args.length) {
    const word = args[index] ?? '';
    index += 1;
    if (word.startsWith('--')) takeLong(word, next, split);
    else if (word.startsWith('-') && word.length > 1) takeShort(word.slice(1), next, split);
    else split.problems.push(`unexpected argument "${word}"`);
  }
  return split;
}

function takeLong(word: string, next: (flag: string) => string, split: SplitFlags): void {
  const [name = '', ...rest] = word.slice(2).split('=');
  const letter = Object.hasOwn(longNames, name) ? longNames[name] : undefined;
  if (letter === undefined) split.problems.push(`unrecognized option "--${name}"`);
  else if (isValueLetter(letter)) split.values.set(letter, rest.length > 0 ? rest.join('=') : next(`--${name}`));
  else split.switches.add(letter);
}

function takeShort(cluster: string, next: (flag: string) => string, split: SplitFlags): void {
  for (const [at, letter] of [...cluster].entries()) {
    if (isValueLetter(letter)) {
      const attached = cluster.slice(at + 1);
      split.values.set(letter, attached === '' ? next(`-${letter}`) : attached);
      return;
    }
    if ('NVh'.includes(letter)) split.switches.add(letter);
    else split.problems.push(`invalid option -- "${letter}"`);
  }
}

function isValueLetter(letter: string): letter is Letter {
  return Object.hasOwn(readers, letter);
}

/** How each flag's value is read; a text says what is wrong with it. */
const readers: Readonly<Record<Letter, (value: string) => Partial<ObserverSettings> | string>> = {
  I: (localIp) => (isIP(localIp) > 0 ? { localIp } : `-I "${localIp}" is no IP address`),
  i: (device) => (/^[\w.:-]{1,32}$/.test(device) ? { device } : `-i "${device}" is no network device`),
  p: (value) => withPort(value, '-p', (sqlPort) => ({ sqlPort })),
  P: (value) => withPort(value, '-P', (rpcPort) => ({ rpcPort })),
  z: (zone) => (/^\w{1,128}$/.test(zone) ? { zone } : `-z "${zone}" is no zone name`),
  d: (dataDir) => (dataDir === '' ? '-d is empty' : { dataDir }),
  r: (rootServers) =>
    isRootServerList(rootServers) ? { rootServers } : `-r "${rootServers}" is no list of ip:rpc:sql;…`,
  c: (value) => {
    const clusterId = Number(value);
    const inRange = /^\d+$/.test(value) && clusterId >= 1 && clusterId <= 4_294_967_295;
    return inRange ? { clusterId } : `-c "${value}" is not 1 to 4294967295`;
  },
  n: (clusterName) =>
    /^[\w.-]{1,128}$/.test(clusterName) ? { clusterName } : `-n "${clusterName}" is no cluster name`,
  o: (value) => readParameters(value),
  l: (value) => {
    const logLevel = value.toUpperCase();
    const known = ['ERROR', 'WARN', 'INFO', 'EDIAG', 'WDIAG', 'TRACE', 'DEBUG'].includes(logLevel);
    return known ? { logLevel } : `-l "${value}" is no log level`;
  },
};

function withPort(
  value: string,
  flag: string,
  of: (port: number) => Partial<ObserverSettings>,
): Partial<ObserverSettings> | string {
  const port = Number(value);
  return /^\d+$/.test(value) && port >= 1_025 && port <= 65_535 ? of(port) : `${flag} "${value}" is not 1025 to 65535`;
}

function isRootServerList(text: string): boolean {
  return text.split(';').every((entry) => {
    const parts = /^(.+):(\d{1,5}):(\d{1,5})$/.exec(entry);
    return parts !== null && isIP(parts[1] ?? '') > 0;
  });
}

function readParameters(text: string): Partial<ObserverSettings> | string {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const wrong = entries.find((entry) => !/^_?[a-z][a-z0-9_]*=[^,]+$/.test(entry));
  if (wrong !== undefined) return `-o: invalid parameter "${wrong}"`;
  const parameters = Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
  return { parameters };
}
