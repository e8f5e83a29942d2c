// The package's entry for HTTP: an app that a program makes of its engine, and routes of its own beside it.
import assert from 'node:assert/strict';
import { createEngine, memoryStore } from 'precede';
import { createServer, type ServerOptions } from 'precede/server';
import addObServer from 'precede/workflows/add-ob-server';

const store = memoryStore();
const engine = createEngine({ store, workflows: [addObServer] });
const options: ServerOptions = {
  engine,
  store,
  workflows: { addObServer },
  requestLimit: { max: 10, windowMs: 1_000 },
};
const app = await createServer(options);
app.get('/own', { config: { access: 'public' } }, async () => ({ own: true }));

assert.equal((await app.inject('/readyz')).statusCode, 200);
assert.equal((await app.inject('/api/v2/ob/clusters')).statusCode, 401);
assert.deepEqual((await app.inject('/own')).json(), { own: true });

await app.close();
await engine.close();
await store.close();
