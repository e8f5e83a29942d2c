// Attacks and loads the HTTP API over real sockets.
import { runWithFigures } from './figures-run.ts';

const files = process.argv.slice(2);
process.exit(runWithFigures({ title: 'API tests', config: '.config/vitest.api.config.ts', files }));
