/** Its tasks are named after a secret, which no run may be. */
export const secretWorkflow = `
import { defineWorkflow, secret } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Secret',
  version: '1',
  input: z.object({ p: z.string().refine(secret()) }),
  declare(flow, { p }) {
    flow.forEach([p], (item) => flow.task('Log in as ' + item, { run: () => 1, description: item }), { key: (item) => item });
  },
});
`;
