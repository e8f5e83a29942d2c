/** One call of `rpm`, read from its command line. */
export type RpmCall =
  | { readonly kind: 'install' | 'upgrade'; readonly options: InstallOptions; readonly files: readonly string[] }
  | { readonly kind: 'erase' | 'verify'; readonly names: readonly string[] }
  | { readonly kind: 'query'; readonly names: readonly string[]; readonly format?: string; readonly list: boolean }
  | { readonly kind: 'query-all'; readonly format?: string }
  | { readonly kind: 'query-file'; readonly files: readonly string[]; readonly format?: string }
  | { readonly kind: 'check-file'; readonly files: readonly string[] }
  | { readonly kind: 'wrong'; readonly problem: string };

/** What an install or upgrade was told besides its files. */
export interface InstallOptions {
  readonly prefix?: string;
  /** Install again what is already installed. */
  readonly replace: boolean;
  /** `-h`: print the bars. */
  readonly bars: boolean;
}

interface Words {
  readonly letters: string;
  readonly longs: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

const longsWithValue = new Set(['--prefix', '--queryformat', '--qf']);
const longsKnown = new Set([
  ...['--replacepkgs', '--force', '--nodeps', '--nosignature', '--nodigest', '--noscripts', '--quiet'],
  ...[
    '--install',
    '--upgrade',
    '--erase',
    '--query',
    '--verify',
    '--all',
    '--list',
    '--package',
    '--hash',
    '--checksig',
  ],
]);
const letterOf: Readonly<Record<string, string>> = {
  '--install': 'i',
  '--upgrade': 'U',
  '--erase': 'e',
  '--query': 'q',
  '--verify': 'V',
  '--all': 'a',
  '--list': 'l',
  '--package': 'p',
  '--hash': 'h',
  '--checksig': 'K',
};

/** Reads the command line of `rpm` as far as the stand-in knows it. */
export function parseRpmArguments(args: readonly string[]): RpmCall {
  const words = splitWords(args);
  if (typeof words === 'string') return { kind: 'wrong', problem: words };
  const { letters, operands } = words;
  const unknown = [...letters].find((letter) => !'ivhUFqaVeplK'.includes(letter));
  if (unknown !== undefined) return { kind: 'wrong', problem: `-${unknown}: unknown option` };
  const mode = ['q', 'e', 'V', 'K', 'i', 'U', 'F'].find((letter) => letters.includes(letter));
  switch (mode) {
    case 'q':
      return parseQuery(words);
    case 'e':
      return withOperands('erase', operands);
    case 'V':
      return withOperands('verify', operands);
    case 'K':
      return { kind: 'check-file', files: operands };
    case undefined:
      return { kind: 'wrong', problem: 'one of -i, -U, -e, -q, -V, -K must be given' };
    default:
      return parseInstall(words, mode === 'i' ? 'install' : 'upgrade');
  }
}

function parseInstall({ operands, values, longs, letters }: Words, kind: 'install' | 'upgrade'): RpmCall {
  if (operands.length === 0) return { kind: 'wrong', problem: 'no packages given for install' };
  const prefix = values.get('--prefix');
  const options = {
    ...(prefix === undefined ? {} : { prefix }),
    replace: longs.has('--replacepkgs') || longs.has('--force'),
    bars: letters.includes('h'),
  };
  return { kind, options, files: operands };
}

function parseQuery(words: Words): RpmCall {
  const format = words.values.get('--queryformat') ?? words.values.get('--qf');
  const withFormat = format === undefined ? {} : { format };
  const { letters, operands } = words;
  if (letters.includes('a')) return { kind: 'query-all', ...withFormat };
  if (operands.length === 0) return { kind: 'wrong', problem: 'no arguments given for query' };
  if (letters.includes('p')) return { kind: 'query-file', files: operands, ...withFormat };
  return { kind: 'query', names: operands, list: letters.includes('l'), ...withFormat };
}

function withOperands(kind: 'erase' | 'verify', names: readonly string[]): RpmCall {
  return names.length === 0 ? { kind: 'wrong', problem: `no packages given for ${kind}` } : { kind, names };
}

/** The words by kind; a text says what is wrong with them. */
function splitWords(args: readonly string[]): Words | string {
  const longs = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  let letters = '';
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name, attached] = nameAndValue(word);
    if (longsWithValue.has(name)) {
      const value = attached ?? rest.shift();
      if (value === undefined) return `${name}: missing argument`;
      values.set(name, value);
    } else if (longsKnown.has(word)) {
      longs.add(word);
      letters += letterOf[word] ?? '';
    } else if (word.startsWith('--')) return `${word}: unknown option`;
    else if (/^-./.test(word)) letters += word.slice(1);
    else operands.push(word);
  }
  return { letters, longs, values, operands };
}

/** `--prefix=/a=b` is the name `--prefix` and the value `/a=b`. */
function nameAndValue(word: string): readonly [string, string | undefined] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}
