import { isIP } from 'node:net';
import { z } from 'zod';
import { documentedHostRequirements, type HostRequirements } from '../inventory/host-requirements.ts';

const entriesMax = 10_000;
const uint32Max = 4_294_967_295;

const id = whole(1, Number.MAX_SAFE_INTEGER, 'a whole number from 1');
const port = whole(1, 65_535, 'a port from 1 to 65535');
const name = text(/^\w[\w.-]{0,127}$/, 'a name of 1 to 128 letters, digits, dots, dashes and underscores');
const zoneName = text(/^\w{1,128}$/, 'a zone name of 1 to 128 letters, digits and underscores');
const placeName = text(/^[^\p{Cc}]{1,128}$/u, 'a text of 1 to 128 characters');
const ip = z
  .string('an IPv4 or IPv6 address')
  .refine((given) => isIP(given) !== 0 && !given.includes('%'), 'an IPv4 or IPv6 address');
const hostName = text(/^[\w][\w.:-]{0,252}$/, 'an IP address or a host name');
const localPath = text(
  /^[^\p{Cc}]{1,4096}$/u,
  'a path on this machine; it may begin with ~/ or be relative to this file',
);
const remotePath = text(
  /^\/(?!(?:[^]*\/)?\.\.(?:\/|$))[^\p{Cc}]{0,4095}$/u,
  'an absolute path on the host, without ".."',
);
const version = text(/^\d+(?:\.\d+){1,3}$/, 'a version such as 4.3.5 or 4.3.5.1');
const architecture = text(/^\w{1,32}$/, 'processors as `uname -m` prints them, such as x86_64 or aarch64');
const login = text(/^[A-Za-z_][\w.-]{0,63}$/, 'the name of a user');

const secretPhrase = 'a secret written as {env: NAME}, {file: path} or {command: [program, argument]}';

const secretReference = z
  .strictObject(
    {
      env: text(/^[A-Za-z_]\w{0,255}$/, 'the name of an environment variable').optional(),
      file: localPath.optional(),
      command: z
        .array(text(/^[^\0]{1,4096}$/, 'a word of the command'), 'a program and its arguments, as a list')
        .min(1, 'at least the program')
        .max(64, 'at most 64 words')
        .optional(),
    },
    secretPhrase,
  )
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, secretPhrase)
  .meta({
    minProperties: 1,
    maxProperties: 1,
    description:
      'Where the secret is to be found, never the secret itself: an environment variable, a file that only its owner ' +
      'may read, or a command that prints it.',
  });

const parameterPhrase = 'a value of 1 to 4096 characters without commas and control characters';

const startupParameters = z
  .record(
    text(/^\w{1,128}$/, 'a parameter name of 1 to 128 letters, digits and underscores'),
    z.union([text(/^[^,\p{Cc}]{1,4096}$/u, parameterPhrase), z.number(), z.boolean()], { error: parameterPhrase }),
    'parameters written as name: value',
  )
  .meta({ description: 'Parameters of the observer, such as memory_limit: 8G. A run may override them.' });

const ports = z
  .strictObject({ sql: port.optional(), rpc: port.optional() }, 'ports written as {sql: 2881, rpc: 2882}')
  .meta({ description: 'Where the server will listen. Default: sql 2881, rpc 2882.' });

const directories = z
  .strictObject(
    {
      home: remotePath.optional(),
      data: remotePath.optional(),
      log: remotePath.optional(),
      agent: remotePath.optional(),
    },
    'directories written as {home: /home/admin/oceanbase, data: /data/1}',
  )
  .meta({
    description:
      'Default: home /home/admin/oceanbase, data /data/1, log /data/log1, agent /home/admin/ocp_agent. All must be ' +
      'writable for the SSH user; data and log must exist.',
  });

const sharedSsh = {
  port: port.meta({ description: 'Default: 22.' }).optional(),
  user: login.optional(),
  key: secretReference.meta({ description: 'The private key, without a passphrase, by reference.' }).optional(),
};

const sharedHost = {
  become: z
    .enum(['none', 'sudo'], 'none or sudo')
    .meta({ description: 'How packages are installed: as the SSH user, or through `sudo -n`. Default: none.' })
    .optional(),
  directories: directories.optional(),
  ports: ports.optional(),
  startupParameters: startupParameters.optional(),
  architecture: architecture.optional(),
  operatingSystem: placeName.meta({ description: 'The kernel, as `uname -sr` prints it.' }).optional(),
  region: placeName.optional(),
  idc: placeName.meta({ description: 'The machine room. A zone takes hosts of its own IDC only.' }).optional(),
};

/** One entry of `hosts`. */
export const hostEntry = z.strictObject(
  {
    id: id.meta({ description: 'By which runs name the host: --hosts 1,2.' }),
    name: name.meta({ description: 'Default: host- and the id.' }).optional(),
    address: ip.meta({ description: 'The address at which the cluster reaches the server.' }),
    ssh: z
      .strictObject(
        {
          host: hostName.meta({ description: 'Where SSH is reached, when that is not the address.' }).optional(),
          ...sharedSsh,
          hostKey: text(/^[^\p{Cc}]{1,16384}$/u, 'one line, as in /etc/ssh/ssh_host_ed25519_key.pub')
            .meta({
              description: "The host's public key. Any other is refused. `precede inventory scan-keys` reads it.",
            })
            .optional(),
        },
        'ssh written as {user: admin, key: {file: path}, hostKey: line}',
      )
      .optional(),
    ...sharedHost,
    server: z
      .strictObject({ cluster: id, zone: zoneName }, 'a server written as {cluster: 1, zone: zone1}')
      .meta({ description: 'Only for a host on which a server of a cluster runs already.' })
      .optional(),
  },
  'a host written as {id: 1, address: 10.0.0.1, …}',
);

/** One entry of `clusters`. */
export const clusterEntry = z.strictObject(
  {
    id: id.meta({ description: 'By which runs name the cluster: --cluster 1.' }),
    name: name.meta({ description: 'As the observers are told: their -n.' }),
    obClusterId: whole(1, uint32Max, 'a whole number from 1 to 4294967295').meta({
      description: "The database's own number for itself: the observers' -c.",
    }),
    obVersion: version.meta({ description: 'The version of its servers; a package must have the same.' }),
    rootServers: z
      .array(
        z.strictObject(
          {
            ip,
            rpcPort: port.optional(),
            sqlPort: port.optional(),
            role: z.enum(['LEADER', 'FOLLOWER'], 'LEADER or FOLLOWER').optional(),
          },
          'a root server written as {ip: 10.0.0.1, rpcPort: 2882, sqlPort: 2881}',
        ),
        'a list of root servers',
      )
      .min(1, 'at least one root server')
      .max(entriesMax),
    sql: z.strictObject(
      {
        user: text(/^[^\p{Cc}]{1,256}$/u, 'a user with its tenant')
          .meta({ description: 'Default: root@sys.' })
          .optional(),
        password: secretReference,
        addresses: z
          .array(z.strictObject({ host: hostName, port: port.optional() }, 'an address written as {host: 10.0.0.1}'))
          .min(1, 'at least one address')
          .max(entriesMax)
          .meta({ description: 'Where SQL is spoken, best first. Default: the root servers.' })
          .optional(),
      },
      'sql written as {user: root@sys, password: {env: NAME}}',
    ),
    zones: z
      .array(
        z.strictObject(
          { name: zoneName, region: placeName.optional(), idc: placeName.optional() },
          'a zone written as {name: zone1}',
        ),
        'a list of zones',
      )
      .min(1, 'at least one zone')
      .max(entriesMax),
    startupParameters: startupParameters.optional(),
    hostRequirements: hostRequirements().optional(),
  },
  'a cluster written as {id: 1, name: prod, …}',
);

const sharedPackage = {
  version: version.optional(),
  os: text(/^[\w.-]{1,64}$/, 'an operating system such as el7').optional(),
  architecture: architecture.optional(),
};

/** One entry of `packages`. */
export const packageEntry = z.strictObject(
  {
    id: id.meta({ description: 'Default: the place in the list.' }).optional(),
    name: name.meta({ description: 'What the package calls itself. Default: taken from its file name.' }).optional(),
    path: localPath.meta({ description: 'The file on this machine, or where every host sees it.' }).optional(),
    url: text(/^[^\p{Cc}\s]{1,4096}$/u, 'an http(s) URL')
      .meta({ description: 'Fetched by the host itself, else through this machine.' })
      .optional(),
    fileName: text(/^[A-Za-z0-9][\w.+~^-]{0,250}\.rpm$/, 'a file name that ends with .rpm')
      .meta({ description: 'Default: the last part of the path or URL.' })
      .optional(),
    sha256: text(/^[\da-f]{64}$/, '64 digits and lower-case letters a to f'),
    size: whole(1, Number.MAX_SAFE_INTEGER, 'a size in bytes').optional(),
    build: text(/^[\w.+~^-]{0,128}$/, 'a build number').optional(),
    ...sharedPackage,
  },
  'a package written as {path: ./name.rpm, sha256: …}',
);

/** What every host or package has unless it says otherwise. */
export const defaultsEntry = z.strictObject(
  {
    hosts: z
      .strictObject(
        { ssh: z.strictObject(sharedSsh, 'ssh written as {user: admin, key: {file: path}}').optional(), ...sharedHost },
        'defaults of hosts written as {ssh: {user: admin}}',
      )
      .optional(),
    packages: z.strictObject(sharedPackage, 'defaults of packages written as {version: 4.3.5}').optional(),
  },
  'defaults written as {hosts: {ssh: {user: admin}}}',
);

/** A whole inventory file, as it is written. */
export const inventorySchema = z.strictObject(
  {
    version: z.literal(1, '1, the version of this format'),
    defaults: defaultsEntry.optional(),
    clusters: z.array(clusterEntry, 'a list of clusters').max(entriesMax).optional(),
    hosts: z.array(hostEntry, 'a list of hosts').max(entriesMax).optional(),
    packages: z.array(packageEntry, 'a list of packages').max(entriesMax).optional(),
  },
  'an inventory with the keys version, clusters, hosts and packages',
);

export type HostEntry = z.output<typeof hostEntry>;
export type ClusterEntry = z.output<typeof clusterEntry>;
export type PackageEntry = z.output<typeof packageEntry>;
export type DefaultsEntry = z.output<typeof defaultsEntry>;
export type InventoryEntries = z.output<typeof inventorySchema>;
export type SecretEntry = z.output<typeof secretReference>;

/** The JSON Schema of an inventory file (draft 2020-12), for editors. */
export function inventoryJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    ...z.toJSONSchema(inventorySchema, { target: 'draft-2020-12', io: 'input' }),
    title: 'Precede inventory',
    description: 'Clusters, zones, hosts and packages that workflows act on. Holds no secret, only where secrets are.',
  };
}

function text(pattern: RegExp, phrase: string) {
  return z.string(phrase).regex(pattern, phrase);
}

function whole(min: number, max: number, phrase: string) {
  return z.int(phrase).min(min, phrase).max(max, phrase);
}

/** Every requirement that there is; those of disks and memory may be written as sizes. */
function hostRequirements() {
  const size = 'bytes, or a size such as 50GiB';
  const inBytes = whole(0, Number.MAX_SAFE_INTEGER, size);
  const bytes = z.union([inBytes, text(/^\d{1,12} ?[KMGT]iB$/, size)], { error: size }).optional();
  const count = whole(0, Number.MAX_SAFE_INTEGER, 'a whole number from 0').optional();
  const names = Object.keys(documentedHostRequirements) as (keyof HostRequirements)[];
  const fields = Object.fromEntries(names.map((key) => [key, key.endsWith('BytesMin') ? bytes : count]));
  return z
    .strictObject(
      fields as Record<keyof HostRequirements, typeof bytes>,
      'requirements written as {dataBytesMin: 50GiB}',
    )
    .meta({ description: "What a host must have to be added. Default: the numbers of OceanBase's manual." });
}
