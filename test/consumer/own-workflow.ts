// A workflow file of somebody's own, as `precede plan` and `precede run` take it.
import { defineWorkflow } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Own workflow',
  version: '1',
  input: z.object({ items: z.array(z.string()).default(['a', 'b']) }),
  declare(flow, { items }) {
    const lanes = flow.forEach(items, (item) => flow.task('Work', { run: () => item.toUpperCase() }));
    const all = flow.barrier('Wait node', lanes);
    flow.task('Collect', { upstream: { all }, run: ({ upstream }) => upstream.all.join('') });
  },
});
