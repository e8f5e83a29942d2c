import { Option, type Command } from 'commander';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { LogLevel } from '../observe/index.ts';
import { displayName } from '../graph/index.ts';
import { collected, count, countOrNone, withConcurrency, withFormat } from './common-flags.ts';
import { withFleetFlags, type FleetFlags } from './fleet-flags.ts';
import { refusal } from './refusal.ts';
import { withStoreFlag } from './store-place.ts';

/** What the command line says of a server. */
export interface ServeFlags extends FleetFlags {
  readonly host: string;
  readonly port: number;
  readonly servers?: number;
  readonly adminPasswordFile?: string;
  readonly keyFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure?: true;
  readonly allowHost?: readonly string[];
  readonly requestLimit?: number;
  readonly concurrency?: number;
  readonly logLevel: LogLevel;
  readonly format: 'text' | 'json';
}

const hostDefault = '127.0.0.1';
const portDefault = 8_080;
const portMax = 65_535;

/** Adds the flags of a server. */
export function withServeFlags(command: Command): Command {
  command
    .option('--host <address>', 'the address to listen on', hostDefault)
    .option('--port <number>', 'the port to listen on; 0 for any that is free', port, portDefault)
    .option(
      '--admin-password-file <file>',
      'the password of `admin`; without it the first start makes one and prints it',
    )
    .option(
      '--key-file <file>',
      'seals the secrets of access keys; made when it is not there (default: the store’s path with .key)',
    )
    .option('--tls-cert <file>', 'speak TLS with this certificate (PEM)')
    .option('--tls-key <file>', 'and this key')
    .option('--insecure', 'listen on another address than loopback without TLS all the same')
    .option('--allow-host <name>', 'a name by which the server may be called, repeatable', hostName)
    .option(
      '--request-limit <count>',
      'requests an address may send in 10 seconds; 0 for any number (default: 1000)',
      countOrNone,
    )
    .option('--servers <count>', 'with --sandbox: hosts that may be added (default: 6)', count);
  withFleetFlags(command, 'a playground: a cluster of stand-ins that ends with the server');
  withConcurrency(command);
  withStoreFlag(command);
  withFormat(command, ['text', 'json']);
  const levels = ['debug', 'info', 'warn', 'error', 'silent'];
  return command.addOption(
    new Option('--log-level <level>', 'what is logged on standard error').choices(levels).default('info'),
  );
}

/**
 * Certificate and key, undefined without them.
 *
 * @throws RefusedError `TLS_INCOMPLETE`, `FILE_UNREADABLE`, or `TLS_NEEDED` when others than this machine could listen in
 */
export function tlsOf({ tlsCert, tlsKey, host, insecure }: ServeFlags): { cert: string; key: string } | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined) return checkedPair({ cert: textOf(tlsCert), key: textOf(tlsKey) });
  if (tlsCert !== undefined || tlsKey !== undefined) {
    const message = 'a certificate is of no use without its key, nor a key without its certificate.';
    throw refusal('TLS', { code: 'TLS_INCOMPLETE', message, next: 'Give both --tls-cert and --tls-key.' });
  }
  if (insecure || isLoopback(host)) return undefined;
  throw refusal(`--host ${host}`, {
    code: 'TLS_NEEDED',
    message: 'passwords would cross the network in the clear.',
    next: 'Give --tls-cert and --tls-key; or --insecure where something else protects the way.',
  });
}

/** The text of a file that a flag names. @throws RefusedError `FILE_UNREADABLE` */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw refusal(file, {
      code: 'FILE_UNREADABLE',
      message: `the file cannot be read (${code}).`,
      next: 'Name a file that can be.',
    });
  }
}

function checkedPair(pair: { cert: string; key: string }): { cert: string; key: string } {
  try {
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    const message = `the certificate and the key are no pair in PEM (${cause instanceof Error ? cause.message : String(cause)}).`;
    throw refusal('TLS', {
      code: 'TLS_UNUSABLE',
      message,
      next: 'Name the certificate by --tls-cert and its key by --tls-key.',
    });
  }
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 4) return host.startsWith('127.');
  return family === 6 ? host === '::1' : host === 'localhost';
}

function hostName(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[\w.-]{1,253}$/.test(text)) return collected(text, before);
  const next = 'Give the name alone, such as ocp.example.com.';
  throw refusal('--allow-host', {
    code: 'INVALID_HOST',
    message: `"${displayName(text)}" is no name of a host.`,
    next,
  });
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= portMax) return Number(text);
  throw refusal('--port', { code: 'INVALID_PORT', message: `"${text}" is no port.`, next: 'Ports are 0 to 65535.' });
}
