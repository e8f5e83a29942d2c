import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

/** A program of a document, and what the document says that it prints. */
export interface Example {
  /** The heading above it. */
  readonly heading: string;
  readonly program: string;
  readonly printed: string;
}

/** What a program printed, to standard output and to standard error, and its exit code. */
export interface Printed {
  readonly status: number | null;
  readonly text: string;
}

/** Every fenced `ts` block of a document that a fenced `text` block follows, in order. */
export function examplesOf(markdown: string): readonly Example[] {
  const blocks = markdown.matchAll(/^```ts\n((?:(?!```).*\n)*)```\n\n```text\n((?:(?!```).*\n)*)```$/gm);
  return Array.from(blocks, ({ index, 1: program = '', 2: printed = '' }) => ({
    heading: /^#+ (.+)$/m.exec(markdown.slice(lastHeading(markdown, index)))?.[1] ?? '',
    program,
    printed,
  }));
}

/** A command line of a document, and what the document says that it prints. */
export interface Session {
  readonly command: string;
  readonly printed: string;
}

/** Every fenced `sh` block of a document that a fenced `text` block follows, in order. */
export function sessionsOf(markdown: string): readonly Session[] {
  const blocks = markdown.matchAll(/^```sh\n(.*)\n```\n\n```text\n((?:(?!```).*\n)*)```$/gm);
  return Array.from(blocks, ([, command = '', printed = '']) => ({ command, printed }));
}

/** Every fenced `sh` block of a document of one line, in order, whatever follows it; `printed` is empty where nothing does. */
export function commandsOf(markdown: string): readonly Session[] {
  const told = new Map(sessionsOf(markdown).map((session) => [session.command, session.printed]));
  const blocks = markdown.matchAll(/^```sh\n(.*)\n```$/gm);
  return Array.from(blocks, ([, command = '']) => ({ command, printed: told.get(command) ?? '' }));
}

/** Every fenced `ts` block of a document, whatever follows it. */
export function programsOf(markdown: string): readonly { readonly program: string }[] {
  return Array.from(markdown.matchAll(/^```ts\n((?:(?!```).*\n)*)```$/gm), ([, program = '']) => ({ program }));
}

/** Runs a program in a folder of its own that has the packages of this checkout, and `precede` as the command line has it. */
export async function printedBy(program: string): Promise<Printed> {
  const folder = await mkdtemp(join(tmpdir(), 'precede-docs-'));
  try {
    await writeFile(join(folder, 'example.ts'), program);
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const ownName = pathToFileURL(join(root, 'src/cli/own-name.ts')).href;
    const hook = `data:text/javascript,import { resolveOwnName } from '${ownName}'; resolveOwnName();`;
    return await printedByNode(['--import', hook, 'example.ts'], folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the command `precede` of this checkout in a folder. */
export function printedByPrecede(args: readonly string[], folder: string): Promise<Printed> {
  return printedByNode([join(root, 'src/cli/precede.js'), ...args], folder);
}

async function printedByNode(args: readonly string[], cwd: string): Promise<Printed> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { status, text: chunks.join('') };
}

function lastHeading(markdown: string, before: number): number {
  const headings = [...markdown.slice(0, before).matchAll(/^#+ /gm)];
  return headings.at(-1)?.index ?? 0;
}
