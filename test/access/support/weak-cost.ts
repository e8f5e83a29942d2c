/** What a guess costs in tests that are not about that: next to nothing. */
export const weakCost = { logN: 4, r: 1, p: 1 };
