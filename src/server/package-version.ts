import { readFileSync } from 'node:fs';

/** The version that the package's manifest tells. This room lies equally deep in the package whether it is built or not. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
