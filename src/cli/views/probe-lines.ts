import type { Problem } from '../../errors/index.ts';
import type { ClusterProbe, HostProbe } from '../../oceanbase/index.ts';
import { cleanLine } from '../../text/index.ts';
import type { Paint } from './paint.ts';

const gib = 1024 ** 3;

/** What was found at a host: one line when all is well, and two more a problem. */
export function hostLines(paint: Paint): (probe: HostProbe) => readonly string[] {
  return ({ host: { id, name, sshHost, innerIpAddress, sshPort, user }, findings, problems }) => {
    const place = `${user}@${sshHost ?? innerIpAddress}:${sshPort}`;
    const found = findings ? `: ${factsText(findings)}` : '';
    return [
      `${verdict(paint, problems)}  host ${id} (${cleanLine(name)}) at ${place}${found}`,
      ...(findings?.notes ?? []).map((note) => `      note: ${note}`),
      ...problemLines(paint, problems),
    ];
  };
}

/** The same of a cluster's database. */
export function clusterLines(paint: Paint): (probe: ClusterProbe) => readonly string[] {
  return ({ cluster: { id, name, sysUser, sqlAddresses }, servers, zones, versions, problems }) => {
    const [at] = sqlAddresses;
    const found = servers === 0 ? '' : `: ${servers} servers, ${zones.join(' ')}, ${versions.join(' ')}`;
    const place = `${sysUser} at ${at?.host ?? ''}:${at?.port ?? ''}`;
    return [
      `${verdict(paint, problems)}  cluster ${id} (${cleanLine(name)}), ${cleanLine(place)}${cleanLine(found)}`,
      ...problemLines(paint, problems),
    ];
  };
}

function verdict(paint: Paint, problems: readonly Problem[]): string {
  return problems.length === 0 ? paint('good', 'ok  ') : paint('bad', 'BAD ');
}

function problemLines(paint: Paint, problems: readonly Problem[]): readonly string[] {
  return problems.flatMap(({ code, message, next }) => [
    `      ${paint('bad', `error[${code}]`)}: ${cleanLine(message)}`,
    ...(next === undefined ? [] : [`      ${paint('quiet', 'next')}: ${cleanLine(next)}`]),
  ]);
}

function factsText({ facts }: NonNullable<HostProbe['findings']>): string {
  const { kernel, architecture, user, dataFreeBytes, logFreeBytes, memoryFreeBytes, clockDifferenceMs } = facts;
  const parts = [
    `${kernel ?? 'unknown kernel'} ${architecture ?? ''}`.trim(),
    `user ${user ?? 'unknown'}`,
    `data ${sizeText(dataFreeBytes)} free`,
    `log ${sizeText(logFreeBytes)} free`,
    `memory ${sizeText(memoryFreeBytes)} free`,
    clockDifferenceMs === null ? 'clock unknown' : `clock within ${clockDifferenceMs} ms`,
  ];
  return cleanLine(parts.join(', '));
}

function sizeText(bytes: number | null): string {
  return bytes === null ? 'unknown' : `${Math.floor(bytes / gib)} GiB`;
}
