import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder. This room lies equally deep in it whether it is built or not. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The version that the package's manifest tells. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(`${packageRoot}/package.json`, 'utf8')) as { readonly version: string };
  return manifest.version;
}

/** How the command is called from here: in a checkout, npx finds it. */
export function commandName(): string {
  const isCheckout = import.meta.url.endsWith('.ts');
  const isInside = !relative(packageRoot, process.cwd()).startsWith('..');
  return isCheckout && isInside ? 'npx precede' : 'precede';
}
