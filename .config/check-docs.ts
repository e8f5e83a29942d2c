// What README.md and docs/ point at must exist: relative links, their headings, npm scripts, and commands of `precede`.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const files = globSync(['*.md', 'docs/**/*.md'], { cwd: root });
const problems = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...brokenLinks(file, text), ...unknownScripts(text), ...unknownCommands(text)].map(
    (problem) => `${file}: ${problem}`,
  );
});
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function brokenLinks(file: string, text: string): string[] {
  const links = [...withoutFences(text).matchAll(/\]\(<?([^)>\s]+)>?(?:\s[^)]*)?\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^[a-z]+:/i.test(link))
    .filter((link) => !leadsSomewhere(file, link))
    .map((link) => `link leads nowhere: ${link}`);
}

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', heading] = decodeURIComponent(link).split('#');
  const target = path === '' ? join(root, file) : join(root, dirname(file), path);
  if (!existsSync(target) || relative(root, target).startsWith('..')) return false;
  if (heading === undefined || !target.endsWith('.md')) return true;
  return headingAnchors(readFileSync(target, 'utf8')).includes(heading);
}

/** Anchors as GitHub makes them. */
function headingAnchors(text: string): string[] {
  return [...withoutFences(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function unknownScripts(text: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = [...text.matchAll(/\bnpm (?:run (?:--?\S+ )*([\w:-]+)|(start|test)\b)/g)];
  return named
    .map(([, script, short]) => script ?? short ?? '')
    .filter((script) => !Object.hasOwn(manifest.scripts, script))
    .map((script) => `no such npm script: ${script}`);
}

function unknownCommands(text: string): string[] {
  const named = codeOf(text).flatMap((code) =>
    [...code.matchAll(/^(?:\$ )?(?:\w+=\S+ )*(?:npx )?precede ([a-z][\w-]*)/gm)].map(([, command = '']) => command),
  );
  if (named.length === 0) return [];
  const known = commandsOfHelp();
  return [...new Set(named)]
    .filter((command) => !known.includes(command))
    .map((command) => `no such command: precede ${command}`);
}

/** Fenced blocks and inline code: the places where a command is meant and not a sentence. */
function codeOf(text: string): string[] {
  const fences = [...text.matchAll(/^```.*\n([\s\S]*?)^```/gm)];
  const inline = [...withoutFences(text).matchAll(/`([^`\n]+)`/g)];
  return [...fences, ...inline].map(([, code = '']) => code);
}

function withoutFences(text: string): string {
  return text.replaceAll(/^```.*\n[\s\S]*?^```/gm, '');
}

function commandsOfHelp(): string[] {
  const help = spawnSync(process.execPath, [join(root, 'src/cli/precede.js'), '--help'], { encoding: 'utf8' });
  if (help.status !== 0) throw new Error(`precede --help ended with ${String(help.status)}: ${help.stderr}`);
  const [, commands = ''] = help.stdout.split(/^Commands:$/m);
  return ['help', ...[...commands.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, command = '']) => command)];
}
