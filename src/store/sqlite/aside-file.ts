import { appendFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ownerOnly = 0o600;

/**
 * Keeps what a store cannot write: beside the store, else, since that disk may be the full one, in the directory for
 * temporary files; and on standard error in any case.
 */
export class AsideFile {
  readonly #files: readonly string[];

  constructor(store: string) {
    const name = `${basename(store)}.unrecorded-${process.pid}.jsonl`;
    this.#files = [`${store}.unrecorded-${process.pid}.jsonl`, join(tmpdir(), name)];
  }

  keep(lines: readonly string[], reason: Error | undefined): void {
    const text = lines.map((line) => `${line}\n`).join('');
    const place = this.#files.find((file) => isAppended(file, text)) ?? 'nowhere else';
    const why = reason ? ` (${reason.message})` : '';
    process.stderr.write(`precede: not recorded yet${why}; kept in ${place}:\n${text}`);
  }

  forget(): void {
    for (const file of this.#files) rmSync(file, { force: true });
  }
}

/** All of it, or nothing: a disk that takes a part leaves no torn line for the next one to be glued to. */
function isAppended(file: string, text: string): boolean {
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    try {
      appendFileSync(file, text, { mode: ownerOnly });
      return true;
    } catch {
      if (size === 0) rmSync(file, { force: true });
      else truncateSync(file, size);
      return false;
    }
  } catch {
    return false;
  }
}
