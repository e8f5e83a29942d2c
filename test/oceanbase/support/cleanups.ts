const cleanups: (() => Promise<unknown>)[] = [];

/** Ends something after the test that started it, the latest first. */
export function atEnd(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

/** Ends all that the test started; for `afterEach`. */
export async function endAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}
