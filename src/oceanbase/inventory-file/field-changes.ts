import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../../json/index.ts';

/** A field of a row that a file has otherwise. */
export interface FieldChange {
  /** As the file calls it: `ssh.port`. */
  readonly field: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** The fields in which a known row differs from what is described. Rows hold plain data only. */
export function changedFields(known: object, described: object): readonly FieldChange[] {
  return Object.entries(described)
    .map(([name, to]) => ({ name, from: (Reflect.get(known, name) ?? null) as JsonValue, to: to as JsonValue }))
    .filter(({ from, to }) => !isDeepStrictEqual(from, to))
    .map(({ name, from, to }) => ({ field: fileNames[name] ?? name, from, to }));
}

/** What the fields of rows are called in a file, where that differs. */
const fileNames: Readonly<Record<string, string>> = {
  innerIpAddress: 'address',
  sshHost: 'ssh.host',
  sshPort: 'ssh.port',
  user: 'ssh.user',
  key: 'ssh.key',
  hostKey: 'ssh.hostKey',
  sudo: 'become',
  homePath: 'directories.home',
  dataPath: 'directories.data',
  logPath: 'directories.log',
  agentPath: 'directories.agent',
  sqlPort: 'ports.sql',
  rpcPort: 'ports.rpc',
  regionName: 'region',
  idcName: 'idc',
  sqlAddresses: 'sql.addresses',
  sysUser: 'sql.user',
  password: 'sql.password',
  downloadUrl: 'url',
  buildNumber: 'build',
};
