/** Index of the last item that is not later than the time, -1 when all are; the items ascend. O(log items). */
export function latestUntil<Item>(items: readonly Item[], timeOf: (item: Item) => number, atMs: number): number {
  let from = 0;
  let to = items.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const item = items[middle];
    if (item !== undefined && timeOf(item) <= atMs) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
