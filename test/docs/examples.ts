import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  const blocks = markdown.matchAll(/^```ts\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm);
  return Array.from(blocks, ({ index, 1: program = '', 2: printed = '' }) => ({
    heading: /^#+ (.+)$/m.exec(markdown.slice(lastHeading(markdown, index)))?.[1] ?? '',
    program,
    printed,
  }));
}

/** Runs a program as a user's file outside any package, its imports resolved as the command line resolves them. */
export async function printedBy(program: string): Promise<Printed> {
  const folder = await mkdtemp(join(tmpdir(), 'precede-docs-'));
  try {
    await writeFile(join(folder, 'example.ts'), program);
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
