export { createServer } from './create-server.ts';
export type { RequestLimit, ServerOptions } from './server-options.ts';
