import { Option, type Command } from 'commander';
import type { JsonObject, JsonValue } from '../json/index.ts';
import { readJson } from './json-input.ts';
import { refusal } from './refusal.ts';

/** What the command line says of a workflow's input. */
export interface InputFlags {
  readonly input?: string;
  readonly servers?: number;
  readonly hosts?: readonly JsonValue[];
  readonly cluster?: JsonValue;
  readonly zone?: string;
  readonly packageOs?: string;
  readonly parameter?: readonly StartupParameter[];
}

interface StartupParameter {
  readonly name: string;
  readonly value: string;
}

/** What is not said is so. */
export interface InputDefaults {
  readonly clusterId?: number;
  readonly zoneName?: string;
  readonly servers?: readonly number[];
}

/** A workflow of this name takes its input as flags. */
const flaggedWorkflow = 'add-ob-server';

const serversMax = 10_000;

/** Adds the flags that say what a workflow is to be run with. */
export function withInputFlags(command: Command): Command {
  return command
    .option('--input <file>', "the workflow's input as JSON; - reads standard input")
    .option('--servers <count>', 'add the hosts 1 to <count> (add-ob-server)', serverCount)
    .option('--hosts <ids>', 'add the hosts with these ids, such as 1,2 (add-ob-server)', hostIds)
    .option('--cluster <id>', 'the cluster that gets the servers (add-ob-server)', numberOrText)
    .option('--zone <name>', 'the zone that gets the servers (add-ob-server)')
    .option('--package-os <name>', 'the operating system to choose the package by (add-ob-server)')
    .addOption(
      new Option(
        '--parameter <name=value>',
        'a start-up parameter of the observer, repeatable (add-ob-server)',
      ).argParser(startupParameters),
    );
}

/**
 * The input that the command line gives: the JSON of `--input`, overridden by flags, completed with defaults.
 *
 * @throws RefusedError when the flags are not for this workflow or do not fit the JSON
 */
export function inputFrom(source: string, flags: InputFlags, defaults: InputDefaults | undefined): JsonValue {
  const given = flags.input === undefined ? {} : readJson(flags.input);
  const fields = fieldsOf(flags);
  if (source !== flaggedWorkflow) {
    refuseFlags(source, Object.keys(fields));
    return given;
  }
  if (!isObject(given)) return given;
  return completed({ ...given, ...fields }, defaults);
}

/** Whether the command line says anything of the input. */
export function hasInputFlags(flags: InputFlags): boolean {
  return flags.input !== undefined || Object.keys(fieldsOf(flags)).length > 0;
}

function fieldsOf({ hosts, servers, cluster, zone, packageOs, parameter }: InputFlags): JsonObject {
  const ids = hosts ?? (servers === undefined ? undefined : Array.from({ length: servers }, (_, index) => index + 1));
  return {
    ...(cluster === undefined ? {} : { clusterId: cluster }),
    ...(zone === undefined ? {} : { zoneName: zone }),
    ...(ids === undefined ? {} : { servers: ids }),
    ...(packageOs === undefined ? {} : { packageOperatingSystem: packageOs }),
    ...(parameter === undefined ? {} : { startupParameters: parameter.map(({ name, value }) => ({ name, value })) }),
  };
}

function completed(input: JsonObject, defaults: InputDefaults | undefined): JsonObject {
  if (!defaults) return input;
  const { clusterId } = defaults;
  if ('placements' in input) return { ...(clusterId === undefined ? {} : { clusterId }), ...input };
  return { ...defaults, ...input };
}

const flagOf: Readonly<Record<string, string>> = {
  clusterId: '--cluster',
  zoneName: '--zone',
  servers: '--servers or --hosts',
  packageOperatingSystem: '--package-os',
  startupParameters: '--parameter',
};

function refuseFlags(source: string, fields: readonly string[]): void {
  const [field] = fields;
  if (field === undefined) return;
  const message = `${flagOf[field] ?? field} is for ${flaggedWorkflow} only.`;
  throw refusal(source, { code: 'INPUT_FLAG_UNKNOWN', message, next: 'Give this workflow its input with --input.' });
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function serverCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= serversMax) return count;
  throw refusal('--servers', {
    code: 'INVALID_SERVERS',
    message: `it is a count from 1 to ${serversMax}, not "${text}".`,
    next: 'Give a count, or name hosts by their ids: --hosts 1,2.',
  });
}

/** What is not a number stays a text, for the workflow's schema to refuse together with all else. */
function hostIds(text: string): readonly JsonValue[] {
  return text.trim() === '' ? [] : text.split(',').map((id) => numberOrText(id.trim()));
}

function numberOrText(text: string): JsonValue {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function startupParameters(text: string, before: readonly StartupParameter[] = []): readonly StartupParameter[] {
  const at = text.indexOf('=');
  if (at < 1) {
    const message = `"${text}" is not written name=value.`;
    throw refusal('--parameter', { code: 'INVALID_PARAMETER', message, next: 'Such as --parameter memory_limit=8G.' });
  }
  return [...before, { name: text.slice(0, at), value: text.slice(at + 1) }];
}
