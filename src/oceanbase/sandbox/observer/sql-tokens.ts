import { sqlErrors, SqlRefusal } from './sql-refusal.ts';

/** A word of a statement. */
export interface SqlToken {
  readonly kind: 'name' | 'number' | 'text' | 'symbol';
  /** Names in the case they were written in, texts without their quotes. */
  readonly value: string;
  /** Where it starts in the statement. */
  readonly at: number;
}

const sqlLengthMax = 64 * 1024;

const pattern =
  /(?<space>\s+|\/\*[^]*?\*\/|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$))|(?<text>'(?:[^'\\]|''|\\[^])*'|"(?:[^"\\]|""|\\[^])*")|(?<quoted>`[^`]+`)|(?<number>\d+(?:\.\d+)?)|(?<name>(?:@@)?[A-Za-z_$][\w$]*)|(?<symbol><=>|<>|!=|<=|>=|[-=<>(),.;*+])/y;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', Z: '\u001A', b: '\b' };

/** The words of one statement, comments and the last semicolon left out. Throws a `SqlRefusal` (1064) on anything else. */
export function sqlTokens(sql: string): readonly SqlToken[] {
  if (sql.length > sqlLengthMax) throw syntaxError(sql, 0);
  const tokens: SqlToken[] = [];
  pattern.lastIndex = 0;
  let at = 0;
  while (at < sql.length) {
    const groups = pattern.exec(sql)?.groups;
    if (!groups) throw syntaxError(sql, at);
    const token = tokenOf(groups, at);
    if (token) tokens.push(token);
    at = pattern.lastIndex;
  }
  if (tokens.at(-1)?.value === ';' && tokens.at(-1)?.kind === 'symbol') tokens.pop();
  return tokens;
}

/** The refusal of a statement that the stand-in does not understand from there on. */
export function syntaxError(sql: string, at: number): SqlRefusal {
  const near = sql.slice(at, at + 80);
  const hint = 'You have an error in your SQL syntax, or the stand-in database does not know this statement';
  return new SqlRefusal(sqlErrors.syntax, `${hint}; near '${near}' at position ${at}`);
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, at: number): SqlToken | undefined {
  const { text, quoted, number, name, symbol } = groups;
  if (text !== undefined) return { kind: 'text', value: unquoted(text), at };
  if (quoted !== undefined) return { kind: 'name', value: quoted.slice(1, -1), at };
  if (number !== undefined) return { kind: 'number', value: number, at };
  if (name !== undefined) return { kind: 'name', value: name, at };
  return symbol === undefined ? undefined : { kind: 'symbol', value: symbol, at };
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  return text
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\([^])/g, (_, letter: string) => escapes[letter] ?? letter);
}
