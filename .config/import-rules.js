/**
 * Who may import whom, lowest room first: a room imports only rooms above it in this list, through their index.ts.
 * `packages` are at home in that room alone; no room imports a package that is in nobody's list.
 * A `pure` room decides and never acts: it touches no files, network, processes or timers.
 * @type {readonly { room: string, packages?: readonly string[], pure?: true }[]}
 */
const rooms = [
  { room: 'json' },
  { room: 'text', pure: true },
  { room: 'errors' },
  { room: 'secrets' },
  { room: 'graph', packages: ['@dagrejs/graphlib'], pure: true },
  { room: 'schedule', pure: true },
  { room: 'workflow', pure: true },
  { room: 'plan', packages: ['@dagrejs/dagre'], pure: true },
  { room: 'state', pure: true },
  { room: 'store', packages: ['node:sqlite'] },
  { room: 'run', packages: ['p-queue', 'eventemitter3'] },
  { room: 'inspect' },
  { room: 'observe', packages: ['pino'] },
  { room: 'access' },
  { room: 'ocp', pure: true },
  { room: 'oceanbase', packages: ['ssh2', 'mysql2', 'yaml'] },
  { room: 'testing', packages: ['fast-check'] },
  {
    room: 'server',
    packages: ['fastify', '@fastify/rate-limit', '@fastify/swagger', '@fastify/swagger-ui', 'ajv', 'typebox'],
  },
  { room: 'web' },
  { room: 'cli', packages: ['commander'] },
];

/** Input schemas are written where inputs are declared: in workflows, and beside the steps that they share. */
const schemaPackage = { name: 'zod', homes: ['workflows/', 'src/oceanbase/'] };

const impureBuiltins =
  'fs|fs/promises|net|tls|http|http2|https|dgram|dns|dns/promises|child_process|cluster|worker_threads|' +
  'timers|timers/promises|os|process|readline|perf_hooks|sqlite';

const names = rooms.map(({ room }) => room);
const homes = rooms.flatMap(({ room, packages = [] }) => packages.map((name) => ({ name, homes: [`src/${room}/`] })));
const pure = rooms.filter((room) => room.pure).map(({ room }) => room);

/** @param {readonly string[]} words */
const anyOf = (words) => `(?:${words.map((word) => word.replaceAll('.', '\\.')).join('|')})`;

/** @param {string} name of an npm package or of a builtin module with its `node:` prefix */
const pathOf = (name) =>
  name.startsWith('node:') ? `^(?:node:)?${name.slice('node:'.length)}$` : `(?:^|/)node_modules/(?:@types/)?${name}/`;

const order = names.slice(0, -1).map((room, index) => ({
  name: `room-order-${room}`,
  comment: `${room}/ imports only rooms above it in the list of rooms.`,
  from: { path: `^src/${room}/` },
  to: { path: `^src/${anyOf(names.slice(index + 1))}/` },
}));

const packageHomes = [...homes, schemaPackage].map(({ name, homes: allowed }) => ({
  name: `home-of-${name}`,
  comment: `${name} is imported only in ${allowed.join(' and ')}.`,
  from: { path: '^(?:src|workflows)/', pathNot: `^${anyOf(allowed)}` },
  to: { path: pathOf(name) },
}));

const forbidden = [
  ...order,
  ...packageHomes,
  {
    name: 'room-unknown',
    comment: 'Every folder of src/ is a room in the list of rooms.',
    from: { path: '^src/[^/]+/', pathNot: `^src/${anyOf(names)}/` },
    to: {},
  },
  {
    name: 'room-face',
    comment: "Another room's files are its own affair; import its index.ts.",
    from: { path: '^src/([^/]+)/' },
    to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
  },
  {
    name: 'package-face',
    comment: 'src/index.ts gathers the rooms, through their index.ts and without cli/.',
    from: { path: '^src/[^/]+$' },
    to: { path: '^src/[^/]+/', pathNot: '^src/(?!cli/)[^/]+/index\\.ts$' },
  },
  {
    name: 'room-imports-package-face',
    comment: 'A room imports rooms, not the package that they make up.',
    from: { path: '^src/[^/]+/' },
    to: { path: '^src/[^/]+$' },
  },
  {
    name: 'room-imports-by-name',
    comment: 'Inside the package, rooms are imported by path.',
    from: { path: '^src/' },
    to: { path: '^src/', dependencyTypes: ['undetermined'] },
  },
  {
    name: 'room-imports-outside',
    comment: 'What is shipped imports nothing from workflows, tests and tool configurations.',
    from: { path: '^src/' },
    to: { path: '^(?:workflows|dist|test|bench|\\.config)/' },
  },
  {
    name: 'workflow-imports-source',
    comment: "A workflow imports the package by name, 'precede' or 'precede/oceanbase', as its users do.",
    from: { path: '^workflows/' },
    to: { path: '^(?:src|dist|test|bench|\\.config)/', dependencyTypes: ['local'] },
  },
  {
    name: 'package-homeless',
    comment: 'Every package has one home room, named in the list of rooms.',
    from: { path: '^(?:src|workflows)/' },
    to: { path: '(?:^|/)node_modules/', pathNot: [...homes, schemaPackage].map(({ name }) => pathOf(name)) },
  },
  {
    name: 'pure-room-acts',
    comment: 'This room decides and never acts.',
    from: { path: `^src/${anyOf(pure)}/` },
    to: { path: `^(?:node:)?(?:${impureBuiltins})$` },
  },
  { name: 'cycle', comment: 'No import cycles, type imports counted.', from: {}, to: { circular: true } },
  {
    name: 'unresolvable',
    comment: 'There is no such file or package.',
    from: {},
    to: { couldNotResolve: true },
  },
].map((rule) => ({ severity: 'error', ...rule }));

export default {
  forbidden,
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@precede/source', 'import', 'node', 'default', 'types'],
    },
    builtInModules: { add: ['node:sqlite'] },
  },
};
