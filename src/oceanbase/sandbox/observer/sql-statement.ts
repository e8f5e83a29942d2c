import { isIP } from 'node:net';
import type { ServerAddress } from './cluster-state.ts';
import { sqlErrors, SqlRefusal } from './sql-refusal.ts';
import { sqlTokens, syntaxError, type SqlToken } from './sql-tokens.ts';

/** A value in a statement or in a row. */
export type SqlValue = string | number | null;

/** A column of an answer. */
export type SelectItem =
  | { readonly kind: 'star' }
  | { readonly kind: 'count'; readonly alias: string }
  | { readonly kind: 'value'; readonly value: SqlValue; readonly alias: string }
  /** A function of nothing or of one column, such as VERSION() or TIME_TO_USEC(START_SERVICE_TIME). */
  | { readonly kind: 'call'; readonly name: string; readonly column?: string; readonly alias: string }
  | { readonly kind: 'column'; readonly name: string; readonly alias: string };

/** One condition; all of a statement's must hold. */
export interface Condition {
  readonly column: string;
  readonly operator: '=' | '!=' | '<' | '>' | '<=' | '>=' | 'in' | 'is null' | 'is not null';
  readonly values: readonly SqlValue[];
}

/** A SELECT. */
export interface SelectStatement {
  readonly kind: 'select';
  readonly items: readonly SelectItem[];
  /** The view as it was written, without its schema. */
  readonly from?: string;
  readonly where: readonly Condition[];
  readonly orderBy: readonly { readonly column: string; readonly descending: boolean }[];
  readonly limit?: number;
}

/** A statement that the stand-in database understands. */
export type SqlStatement =
  | SelectStatement
  | { readonly kind: 'add-servers'; readonly servers: readonly ServerAddress[]; readonly zone?: string }
  | { readonly kind: 'delete-servers'; readonly servers: readonly ServerAddress[] }
  /** SHOW GRANTS: what the user who asks may do. */
  | { readonly kind: 'grants' }
  /** SET, USE: accepted, without effect. */
  | { readonly kind: 'session' };

/** Reads one statement. Throws a `SqlRefusal` (1064) for what the stand-in does not know. */
export function parseStatement(sql: string): SqlStatement {
  const reader = new Reader(sql);
  if (reader.takeName('set') || reader.takeName('use')) return { kind: 'session' };
  const statement = readRest(reader);
  reader.expectEnd();
  return statement;
}

function readRest(reader: Reader): SqlStatement {
  if (reader.takeName('select')) return readSelect(reader);
  if (!reader.takeName('show')) return readAlterSystem(reader);
  reader.expectName('grants');
  return { kind: 'grants' };
}

const operators = new Set(['=', '!=', '<', '>', '<=', '>=', '<>', '<=>']);
const itemsMax = 100;

class Reader {
  readonly #sql: string;
  readonly #tokens: readonly SqlToken[];
  #next = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = sqlTokens(sql);
  }

  takeName(name: string): boolean {
    const token = this.#tokens[this.#next];
    return this.#took(token?.kind === 'name' && token.value.toLowerCase() === name);
  }

  takeSymbol(symbol: string): boolean {
    const token = this.#tokens[this.#next];
    return this.#took(token?.kind === 'symbol' && token.value === symbol);
  }

  takeKind(kind: SqlToken['kind']): string | undefined {
    const token = this.#tokens[this.#next];
    return this.#took(token?.kind === kind) ? token?.value : undefined;
  }

  name(): string {
    return this.takeKind('name') ?? this.fail();
  }

  number(): number {
    return Number(this.takeKind('number') ?? this.fail());
  }

  expectName(name: string): void {
    if (!this.takeName(name)) this.fail();
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) this.fail();
  }

  expectEnd(): void {
    if (this.#next < this.#tokens.length) this.fail();
  }

  fail(): never {
    throw syntaxError(this.#sql, this.#tokens[this.#next]?.at ?? this.#sql.length);
  }

  #took(matches: boolean): boolean {
    if (matches) this.#next += 1;
    return matches;
  }
}

function readAlterSystem(reader: Reader): SqlStatement {
  reader.expectName('alter');
  reader.expectName('system');
  const adds = reader.takeName('add');
  if (!adds) reader.expectName('delete');
  reader.expectName('server');
  const servers = readList(reader, () => readAddress(reader));
  if (!reader.takeName('zone')) return { kind: adds ? 'add-servers' : 'delete-servers', servers };
  reader.takeSymbol('=');
  const zone = reader.takeKind('text') ?? reader.name();
  return { kind: adds ? 'add-servers' : 'delete-servers', servers, zone };
}

function readAddress(reader: Reader): ServerAddress {
  const text = reader.takeKind('text') ?? reader.fail();
  const colon = text.lastIndexOf(':');
  const ip = text.slice(0, colon);
  const port = Number(text.slice(colon + 1));
  if (isIP(ip) === 0 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SqlRefusal(sqlErrors.notAllowed, `invalid server address '${text}' not allowed`);
  }
  return { ip, port };
}

function readSelect(reader: Reader): SelectStatement {
  const items = readList(reader, () => readItem(reader));
  const from = reader.takeName('from') ? readView(reader) : undefined;
  const where = reader.takeName('where') ? readConditions(reader) : [];
  const orderBy = readOrder(reader);
  const limit = reader.takeName('limit') ? reader.number() : undefined;
  return {
    kind: 'select',
    items,
    ...(from === undefined ? {} : { from }),
    where,
    orderBy,
    ...(limit === undefined ? {} : { limit }),
  };
}

function readList<T>(reader: Reader, read: () => T): T[] {
  const list = [read()];
  while (reader.takeSymbol(',')) {
    if (list.length >= itemsMax) reader.fail();
    list.push(read());
  }
  return list;
}

function readItem(reader: Reader): SelectItem {
  if (reader.takeSymbol('*')) return { kind: 'star' };
  const literal = takeLiteral(reader);
  if (literal !== undefined) return { kind: 'value', value: literal, alias: readAlias(reader, String(literal)) };
  const name = readColumn(reader);
  if (!reader.takeSymbol('(')) return { kind: 'column', name, alias: readAlias(reader, name) };
  if (name.toLowerCase() === 'count') {
    if (!reader.takeSymbol('*') && reader.takeKind('number') === undefined) reader.name();
    reader.expectSymbol(')');
    return { kind: 'count', alias: readAlias(reader, 'COUNT(*)') };
  }
  const column = reader.takeKind('name');
  // NOW(6): the number of digits changes nothing here.
  reader.takeKind('number');
  reader.expectSymbol(')');
  const alias = readAlias(reader, `${name}(${column ?? ''})`);
  return { kind: 'call', name: name.toLowerCase(), ...(column === undefined ? {} : { column }), alias };
}

function readAlias(reader: Reader, otherwise: string): string {
  if (reader.takeName('as')) return reader.takeKind('text') ?? reader.name();
  return otherwise;
}

/** A view, with or without its schema and an alias of its own. */
function readView(reader: Reader): string {
  const first = reader.name();
  const view = reader.takeSymbol('.') ? reader.name() : first;
  if (reader.takeName('as')) reader.name();
  return view;
}

function readColumn(reader: Reader): string {
  const first = reader.name();
  return reader.takeSymbol('.') ? reader.name() : first;
}

function readConditions(reader: Reader): Condition[] {
  const conditions = [readCondition(reader)];
  while (reader.takeName('and')) {
    if (conditions.length >= itemsMax) reader.fail();
    conditions.push(readCondition(reader));
  }
  return conditions;
}

function readCondition(reader: Reader): Condition {
  const column = readColumn(reader);
  if (reader.takeName('is')) {
    const negated = reader.takeName('not');
    reader.expectName('null');
    return { column, operator: negated ? 'is not null' : 'is null', values: [] };
  }
  if (reader.takeName('in')) {
    reader.expectSymbol('(');
    const values = readList(reader, () => readLiteral(reader));
    reader.expectSymbol(')');
    return { column, operator: 'in', values };
  }
  const symbol = reader.takeKind('symbol') ?? '';
  if (!operators.has(symbol)) reader.fail();
  return { column, operator: operatorOf(symbol), values: [readLiteral(reader)] };
}

function operatorOf(symbol: string): Condition['operator'] {
  if (symbol === '<>') return '!=';
  if (symbol === '<=>') return '=';
  return symbol as Condition['operator'];
}

function readLiteral(reader: Reader): SqlValue {
  return takeLiteral(reader) ?? (reader.takeName('null') ? null : reader.fail());
}

function takeLiteral(reader: Reader): string | number | undefined {
  const text = reader.takeKind('text');
  if (text !== undefined) return text;
  const number = reader.takeKind('number');
  return number === undefined ? undefined : Number(number);
}

function readOrder(reader: Reader): { column: string; descending: boolean }[] {
  if (!reader.takeName('order')) return [];
  reader.expectName('by');
  return readList(reader, () => {
    const column = readColumn(reader);
    const descending = reader.takeName('desc');
    if (!descending) reader.takeName('asc');
    return { column, descending };
  });
}
