/** A program that owns a sandbox until it is killed. Prints the access description. */
import { startSandbox } from '../../../src/oceanbase/sandbox/index.ts';

const { access } = await startSandbox({ servers: 1, memberZones: ['zone1', 'zone2'] });
process.stdout.write(`${JSON.stringify(access)}\n`);
