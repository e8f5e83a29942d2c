// Runs after npm has changed node_modules: `npx precede` then finds this checkout's own command at once.
// npm links the commands of dependencies only, and would make a package of this folder in its cache instead.
import { rmSync, symlinkSync } from 'node:fs';

const link = new URL('../node_modules/.bin/precede', import.meta.url);

if (process.platform !== 'win32') {
  rmSync(link, { force: true });
  symlinkSync('../../src/cli/precede.js', link);
}
