// What the tarball may hold, must hold, and must not say.
import type { Package } from '@arethetypeswrong/core';

/** Everything that is shipped is one of these; a source map leads to the source, which is why that is shipped too. */
const allowed = [
  /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/[\w./-]+\.(?:js|d\.ts)(?:\.map)?$/,
  /^src\/[\w./-]+\.ts$/,
  // Published for editors, which read it where it lies.
  /^src\/[\w./-]+\.schema\.json$/,
  /^src\/cli\/precede\.js$/,
  /^workflows\/[\w./-]+\.ts$/,
];
const required = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'src/cli/precede.js', 'dist/cli/main.js'];
const bytesMax = 8 * 1024 * 1024;

const telltales: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----\r?\n[\w+/=]/ },
  { what: 'a token of npm', pattern: /npm_[A-Za-z0-9]{36}/ },
  { what: 'a password in an address', pattern: /\w+:\/\/[^\s/@:'"`$]+:[^\s/@'"`$]+@/ },
];

/** All that is wrong with the files of a package; `root` is the folder that it was built in. */
export function problemsOfFiles(pack: Package, root: string): readonly string[] {
  const prefix = `/node_modules/${pack.packageName}/`;
  const files = pack.listFiles().map((file) => file.slice(prefix.length));
  const bytes = files.reduce((sum, file) => sum + pack.readFile(prefix + file).length, 0);
  return [
    ...files
      .filter((file) => !allowed.some((pattern) => pattern.test(file)))
      .map((file) => `must not be shipped: ${file}`),
    ...required.filter((file) => !files.includes(file)).map((file) => `is missing: ${file}`),
    ...unmatched(files),
    ...files.flatMap((file) => whatItTells(file, pack.readFile(prefix + file), root)),
    ...(bytes > bytesMax ? [`the files have ${bytes} characters, more than ${bytesMax}`] : []),
  ];
}

/** Every source has its build, and what was built from a source that is gone is not shipped. */
function unmatched(files: readonly string[]): readonly string[] {
  const sources = files.filter((file) => /^(?:src|workflows)\/.*\.ts$/.test(file));
  const wanted = sources.map((file) => `dist/${file.replace(/^src\//, '').replace(/ts$/, 'js')}`);
  const built = files.filter((file) => /^dist\/.*\.js$/.test(file));
  return [
    ...wanted.filter((file) => !built.includes(file)).map((file) => `was not built: ${file}`),
    ...built.filter((file) => !wanted.includes(file)).map((file) => `has no source: ${file}`),
  ];
}

function whatItTells(file: string, text: string, root: string): readonly string[] {
  const found = telltales.filter(({ pattern }) => pattern.test(text)).map(({ what }) => `${file} holds ${what}`);
  return text.includes(`${root}/`) ? [...found, `${file} names the folder it was built in`] : found;
}
