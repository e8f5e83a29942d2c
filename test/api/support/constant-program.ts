// A bare Fastify app that answers everything with one JSON text of so many bytes: what the framework itself can do.
import fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import type { ConstantTold } from './constant-process.ts';

const bytes = Number(process.argv[2]);
const empty = JSON.stringify({ data: '' });
const text = JSON.stringify({ data: 'x'.repeat(bytes - empty.length) });
const app = fastify();
app.get('/*', async (_request, reply) => reply.type('application/json; charset=utf-8').send(text));
await app.listen({ port: 0, host: '127.0.0.1' });
process.on('message', tell);
process.on('disconnect', () => process.exit());
tell();

function tell(): void {
  const { user, system } = process.cpuUsage();
  const told: ConstantTold = { port: (app.server.address() as AddressInfo).port, cpuMs: (user + system) / 1e3 };
  process.send?.(told);
}
