import { readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JsonValue } from '../json/index.ts';
import { refusal } from './refusal.ts';

/** Reads JSON from a file, or from standard input when the file is `-`. @throws RefusedError */
export function readJson(file: string): JsonValue {
  const name = file === '-' ? 'standard input' : resolve(file);
  return parseJson(readText(file, name), name);
}

/** Parses JSON that came from `name`. @throws RefusedError `INVALID_JSON` */
export function parseJson(text: string, name: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const message = `it is not JSON: ${error instanceof Error ? error.message : String(error)}.`;
    throw refusal(name, { code: 'INVALID_JSON', message, next: 'Correct it and try again.' });
  }
}

const standardInput = 0;

/** Reads a text that is told of as `name` from a file, or from standard input when the file is `-`. @throws RefusedError */
export function readText(file: string, name: string): string {
  try {
    return file === '-' ? readStandardInput() : readFileSync(file, 'utf8');
  } catch (error) {
    const message = `it cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
    throw refusal(name, { code: 'INPUT_UNREADABLE', message, next: 'Check the path and the permissions.' });
  }
}

const chunkBytes = 65_536;
const pauseMs = 5;

/** Standard input to its end. A pipe that does not block says that it has nothing yet: that is not its end. */
function readStandardInput(): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(chunkBytes);
    const length = readSome(chunk);
    if (length === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk.subarray(0, length));
  }
}

function readSome(chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(standardInput, chunk);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
