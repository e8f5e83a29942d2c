import { isIPv4, isIPv6 } from 'node:net';
import { RefusedError } from '../../errors/index.ts';
import type { Problem } from '../../errors/index.ts';
import type { ServerAddress } from './dialect.ts';

const zonePattern = /^[A-Za-z0-9_]{1,128}$/;

/** Refuses with `SQL_VALUE_REFUSED`, naming every value that is not what its place in a statement needs. */
export function refuseUnsafeServer(server: ServerAddress): void {
  refuse([ipProblem(server.ip), portProblem(server.rpcPort)]);
}

/** As `refuseUnsafeServer`, with a zone that must be there. */
export function refuseUnsafePlacement(server: ServerAddress & { readonly zone: string }): void {
  refuse([ipProblem(server.ip), portProblem(server.rpcPort), zoneProblem(server.zone)]);
}

/** `10.0.0.5:2882`, or `[fe80::5]:2882`. The values were validated before. */
export function addressText(server: ServerAddress): string {
  return isIPv6(server.ip) ? `[${server.ip}]:${String(server.rpcPort)}` : `${server.ip}:${String(server.rpcPort)}`;
}

function refuse(found: readonly (Problem | undefined)[]): void {
  const problems = found.filter((each) => each !== undefined);
  if (problems.length > 0) throw new RefusedError('SQL_VALUE_REFUSED', 'SQL statement', problems);
}

/** Values may come from JSON or a command line, so their types are not trusted here. */
function ipProblem(ip: unknown): Problem | undefined {
  if (typeof ip === 'string' && (isIPv4(ip) || (isIPv6(ip) && !ip.includes('%')))) return undefined;
  return problem('SQL_ADDRESS', `${shown(ip)} is not an IP address.`, 'Give an IPv4 or IPv6 address without a scope.');
}

function portProblem(port: unknown): Problem | undefined {
  if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535) return undefined;
  return problem('SQL_PORT', `${shown(port)} is not a port.`, 'Give a whole number between 1 and 65535.');
}

function zoneProblem(zone: unknown): Problem | undefined {
  if (typeof zone === 'string' && zonePattern.test(zone)) return undefined;
  return problem('SQL_ZONE', `${shown(zone)} is not a zone name.`, 'Use 1 to 128 letters, digits and underscores.');
}

function problem(code: string, message: string, next: string): Problem {
  return { code, message, next };
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
