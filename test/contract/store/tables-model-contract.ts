import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/index.ts';
import type { Store } from '../../../src/store/index.ts';
import type { Tables } from '../../../src/workflow/index.ts';

type Call =
  | { readonly call: 'put'; readonly table: string; readonly key: string; readonly row: JsonObject }
  | { readonly call: 'delete' | 'get'; readonly table: string; readonly key: string }
  | { readonly call: 'list' | 'nextNumber'; readonly table: string };

interface Transaction {
  readonly calls: readonly Call[];
  readonly throws: boolean;
}

const names = ['t', '__proto__', ''] as const;
const table = fc.constantFrom(...names);
const key = fc.constantFrom('a', 'b', '10', 'constructor');
const row = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });

const calls: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    call: fc.constant('put' as const),
    table,
    key,
    row: row.map((value) => JSON.parse(JSON.stringify(value)) as JsonObject),
  }),
  fc.record({ call: fc.constantFrom('delete' as const, 'get' as const), table, key }),
  fc.record({ call: fc.constantFrom('list' as const, 'nextNumber' as const), table }),
);

const transactions: fc.Arbitrary<Transaction> = fc.record({
  calls: fc.array(calls, { maxLength: 10 }),
  throws: fc.boolean(),
});

/** What tables are to answer: plain maps, copied before each transaction and put back when it throws. */
class Model {
  rows = new Map<string, Map<string, JsonObject>>();
  numbers = new Map<string, number>();

  copy(): Model {
    const copy = new Model();
    copy.rows = new Map([...this.rows].map(([name, rows]) => [name, new Map(rows)]));
    copy.numbers = new Map(this.numbers);
    return copy;
  }

  listed(): string {
    return JSON.stringify(names.map((name) => [...(this.rows.get(name)?.values() ?? [])]));
  }

  answer(call: Call): unknown {
    const rows = this.rows.get(call.table) ?? new Map<string, JsonObject>();
    this.rows.set(call.table, rows);
    switch (call.call) {
      case 'put':
        rows.set(call.key, call.row);
        return undefined;
      case 'delete':
        rows.delete(call.key);
        return undefined;
      case 'get':
        return rows.get(call.key);
      case 'list':
        return [...rows.values()];
      case 'nextNumber': {
        const next = (this.numbers.get(call.table) ?? 0) + 1;
        this.numbers.set(call.table, next);
        return next;
      }
    }
  }
}

function make(tables: Tables, call: Call): Promise<unknown> {
  switch (call.call) {
    case 'put':
      return tables.put(call.table, call.key, call.row);
    case 'delete':
      return tables.delete(call.table, call.key);
    case 'get':
      return tables.get(call.table, call.key);
    case 'list':
      return tables.list(call.table);
    case 'nextNumber':
      return tables.nextNumber(call.table);
  }
}

/** What a view shows of all tables. */
function viewed(store: Store): Promise<string> {
  return store.view((rows) => JSON.stringify(names.map((name) => rows.list(name))));
}

export function tablesModelContract(open: () => Promise<Store>): void {
  it('answers as plain maps do, and shows a view what is committed, whichever transactions throw', async () => {
    const refusal = new Error('undo this');
    await fc.assert(
      fc.asyncProperty(fc.array(transactions, { maxLength: 8 }), async (history) => {
        const store = await open();
        let model = new Model();
        for (const { calls: made, throws } of history) {
          const next = model.copy();
          const transacted = store.transact(async (tables) => {
            for (const call of made) {
              expect(JSON.stringify(await make(tables, call))).toBe(JSON.stringify(next.answer(call)));
            }
            expect(await viewed(store)).toBe(model.listed());
            if (throws) throw refusal;
          });
          await transacted.catch((error: unknown) => {
            if (error !== refusal) throw error;
          });
          if (!throws) model = next;
          expect(await viewed(store)).toBe(model.listed());
        }
        await store.close();
      }),
      { numRuns: 60 },
    );
  });
}
