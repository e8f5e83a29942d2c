import { z } from 'zod';
import type { ServerToAdd } from 'precede/oceanbase';

const hostsMax = 10_000;

const clusterId = z.int('a cluster id is a whole number').positive('a cluster id is 1 or more');

const zoneName = z.string().regex(/^\w{1,128}$/, 'a zone name is 1 to 128 letters, digits and underscores');

const hostIds = z
  .array(z.int('a host id is a whole number').positive('a host id is 1 or more'))
  .min(1, 'name at least one host')
  .max(hostsMax, `at most ${hostsMax} hosts at once`);

const placement = z.strictObject({ zoneName, hostIds });

const startupParameter = z.strictObject({
  name: z.string().regex(/^\w{1,128}$/, 'a parameter name is 1 to 128 letters, digits and underscores'),
  // The observer reads its parameters as name=value,name=value, so a comma would begin another one.
  value: z
    .string()
    .regex(/^[^,\p{Cc}]{1,4096}$/u, 'a value is 1 to 4096 characters without commas and control characters'),
});

const fields = z.strictObject({
  clusterId,
  zoneName: zoneName.optional(),
  servers: hostIds.optional(),
  placements: z.array(placement).min(1, 'name at least one zone').max(hostsMax).optional(),
  packageOperatingSystem: z.string().min(1, 'an operating system has a name').max(64).optional(),
  startupParameters: z.array(startupParameter).max(hostsMax).default([]),
});

type Fields = z.output<typeof fields>;

/**
 * Which hosts go to which zones of which cluster: `zoneName` and `servers` (host ids) for one zone, `placements` for
 * several, one of the two forms. Parsed input always holds placements.
 */
export const addObServerInput = fields.superRefine(refineForm).superRefine(refineDuplicates).transform(toPlacements);

/** What the schema makes of input. */
export type AddObServerInput = z.output<typeof addObServerInput>;

/** The servers to add, in the order given; a server's position is its `parallelIdx`. */
export function serversToAdd(input: AddObServerInput): readonly ServerToAdd[] {
  const { clusterId, packageOperatingSystem, startupParameters } = input;
  return input.placements.flatMap(({ zoneName, hostIds }) =>
    hostIds.map((hostId) => ({ clusterId, zoneName, hostId, packageOperatingSystem, startupParameters })),
  );
}

/** The zones that get servers, in the order given. */
export function zonesOf(input: AddObServerInput): readonly string[] {
  return input.placements.map(({ zoneName }) => zoneName);
}

function toPlacements(input: Fields) {
  const { clusterId, zoneName = '', servers = [], placements, packageOperatingSystem, startupParameters } = input;
  return {
    clusterId,
    placements: placements ?? [{ zoneName, hostIds: servers }],
    ...(packageOperatingSystem === undefined ? {} : { packageOperatingSystem }),
    startupParameters,
  };
}

function refineForm(input: Fields, context: z.RefinementCtx): void {
  const { zoneName, servers, placements } = input;
  const refuse = (field: keyof Fields, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (placements) {
    if (zoneName !== undefined) refuse('zoneName', 'give zoneName and servers, or placements, not both');
    if (servers !== undefined) refuse('servers', 'give zoneName and servers, or placements, not both');
    return;
  }
  if (zoneName === undefined) refuse('zoneName', 'name the zone that gets the servers');
  if (servers === undefined) refuse('servers', 'name at least one host');
}

function refineDuplicates(input: Fields, context: z.RefinementCtx): void {
  const { servers = [], placements = [], startupParameters } = input;
  const hosts = [
    ...servers.map((id, index) => ({ id, path: ['servers', index] })),
    ...placements.flatMap(({ hostIds }, zone) =>
      hostIds.map((id, index) => ({ id, path: ['placements', zone, 'hostIds', index] })),
    ),
  ];
  const zones = placements.map(({ zoneName }, index) => ({ id: zoneName, path: ['placements', index, 'zoneName'] }));
  const parameters = startupParameters.map(({ name }, index) => ({
    id: name,
    path: ['startupParameters', index, 'name'],
  }));
  const lists: readonly { what: string; named: readonly Named[] }[] = [
    { what: 'host', named: hosts },
    { what: 'zone', named: zones },
    { what: 'startup parameter', named: parameters },
  ];
  for (const { what, named } of lists) {
    for (const { id, path } of repeated(named)) {
      context.addIssue({ code: 'custom', path, message: `${what} ${id} is named before; name it once` });
    }
  }
}

interface Named {
  readonly id: string | number;
  readonly path: (string | number)[];
}

function repeated(named: readonly Named[]): readonly Named[] {
  const seen = new Set<string | number>();
  return named.filter(({ id }) => seen.size === seen.add(id).size);
}
