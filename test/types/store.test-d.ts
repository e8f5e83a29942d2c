import { expectTypeOf, test } from 'vitest';
import type { JsonObject } from '../../src/json/index.ts';
import type { Store } from '../../src/store/index.ts';

declare const store: Store;

test('a view gives what its work returns', () => {
  expectTypeOf(store.view((rows) => rows.get('t', 'k'))).toEqualTypeOf<Promise<JsonObject | undefined>>();
  expectTypeOf(store.view((rows) => rows.list('t').length)).toEqualTypeOf<Promise<number>>();
});

test('the work of a view cannot be asynchronous', () => {
  // @ts-expect-error: the rows would be refused after its first wait
  void store.view(async (rows) => rows.get('t', 'k'));
});
