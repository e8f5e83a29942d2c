// What `npm ci` will fetch and run: every package has a checksum and comes from the npm registry,
// and exactly the packages named in `allowScripts` have install scripts. Only `node` may run its own.
// What is installed in production is at most 120 packages, and docs/dependencies.md gives the reason of each direct one.
import { readFileSync } from 'node:fs';

interface LockedPackage {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const registry = 'https://registry.npmjs.org/';
const mayRunScripts = ['node'];
const productionMax = 120;

const { packages } = readJson('package-lock.json') as { packages: Readonly<Record<string, LockedPackage>> };
const { allowScripts } = readJson('package.json') as { allowScripts: Readonly<Record<string, boolean>> };
const locked = Object.entries(packages).filter(([path]) => path !== '');

const problems = [...unprovenPackages(), ...scriptProblems(), ...productionProblems()];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function unprovenPackages(): string[] {
  const unchecked = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
  const foreign = locked.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith(registry));
  return [
    ...unchecked.map(([path]) => `package-lock.json: ${path} has no sha512 integrity`),
    ...foreign.map(
      ([path, { resolved }]) => `package-lock.json: ${path} comes from ${resolved ?? ''}, not ${registry}`,
    ),
  ];
}

function scriptProblems(): string[] {
  const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
  const listed = Object.keys(allowScripts);
  const allowed = listed.filter((name) => allowScripts[name]);
  return [
    ...scripted.filter((name) => !listed.includes(name)).map((name) => `allowScripts does not decide about ${name}`),
    ...listed.filter((name) => !scripted.includes(name)).map((name) => `allowScripts names ${name} for nothing`),
    ...allowed.filter((name) => !mayRunScripts.includes(name)).map((name) => `${name} must not run install scripts`),
  ];
}

function productionProblems(): string[] {
  // Optional ones are installed too.
  const production = locked.filter(([, { dev }]) => !dev);
  const reasons = readFileSync(new URL('../docs/dependencies.md', import.meta.url), 'utf8').split(
    '## Development only',
    1,
  )[0];
  const told = [...(reasons ?? '').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '');
  const direct = Object.keys(packages['']?.dependencies ?? {});
  return [
    ...(production.length > productionMax
      ? [`package-lock.json: ${production.length} packages in production, at most ${productionMax}`]
      : []),
    ...direct.filter((name) => !told.includes(name)).map((name) => `docs/dependencies.md does not say why ${name}`),
    ...told.filter((name) => !direct.includes(name)).map((name) => `docs/dependencies.md tells of ${name} for nothing`),
  ];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
}
