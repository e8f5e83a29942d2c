import { createRequire } from 'node:module';
import type mysql2 from 'mysql2';
import type ssh2 from 'ssh2';

const require = createRequire(import.meta.url);

/** The package ssh2, loaded when it is first needed: who plans connects to nothing, and saves 20 MB. */
export function ssh2Package(): typeof ssh2 {
  return require('ssh2') as typeof ssh2;
}

/** The package mysql2, as `ssh2Package`. */
export function mysql2Package(): typeof mysql2 {
  return require('mysql2') as typeof mysql2;
}
