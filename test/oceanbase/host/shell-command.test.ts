import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RefusedError } from '../../../src/errors/index.ts';
import { shellQuote } from '../../../src/oceanbase/host/shell-quote.ts';
import { ShellCommand, sh } from '../../../src/oceanbase/host/shell-command.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'precede-quote-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('shellQuote', () => {
  const hostile = fc.constantFrom(
    '$(touch canary)',
    '`touch canary`',
    '; touch canary',
    "'; touch canary; '",
    '\n touch canary\n',
    '& touch canary &',
    '> canary',
    '${IFS}touch${IFS}canary',
    "'\\''",
    '*',
    '~root',
    '-rf',
    '!!',
    '\\',
    '\r',
  );
  // Half a surrogate pair has no UTF-8 form, so that it cannot travel to any process.
  const text = fc
    .oneof(
      hostile,
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.array(hostile).map((parts) => parts.join('')),
    )
    .filter((value) => !value.includes('\0') && value.isWellFormed());

  it.each(['/bin/sh', 'bash'])('gives %s 1,000 random strings back unchanged and runs none of them', (shell) => {
    const values = fc.sample(text, { numRuns: 1_000 });
    const words = values.map(shellQuote).join(' \\\n');
    const script = `count() { printf '%s' "$#"; }; count ${words}; printf '\\0%s' ${words}`;
    const output = execFileSync(shell, { cwd: directory, input: script, maxBuffer: 64 * 1_048_576 }).toString('utf8');
    expect(output.split('\0')).toEqual([String(values.length), ...values]);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('quotes as documented', () => {
    expect(shellQuote('')).toBe("''");
    expect(shellQuote("it's")).toBe("'it'\\''s'");
  });

  it('refuses a NUL character, which no argument can carry', () => {
    expect(() => shellQuote('a\0b')).toThrow(RefusedError);
    expect(() => shellQuote('a\0b')).toThrow(expect.objectContaining({ code: 'NUL_IN_ARGUMENT' }));
  });
});

describe('sh', () => {
  it('quotes values and numbers, each item of a list, and leaves commands as they are', () => {
    const redirect = sh`> ${'/tmp/a b'}`;
    expect(sh`mkdir -p ${'/data/1'} ${['a', "b'c", 7]} ${2881} ${redirect}`.text).toBe(
      "mkdir -p '/data/1' 'a' 'b'\\''c' '7' '2881' > '/tmp/a b'",
    );
    expect(sh`test ${[sh`-d`, '/x']}${[]}`.text).toBe("test -d '/x'");
  });

  it('refuses NUL in a value, in a list and in its own text', () => {
    for (const build of [() => sh`a ${'\0'}`, () => sh`a ${['x', '\0']}`, () => sh`a \0`]) {
      expect(build).toThrow(expect.objectContaining({ code: 'NUL_IN_ARGUMENT' }));
    }
  });

  it('joins commands that each need the one before', () => {
    const script = ShellCommand.allOf([sh`cd ${directory}`, sh`false`, sh`touch canary`]);
    expect(script.text).toBe(`cd '${directory}' && false && touch canary`);
    expect(() => execFileSync('/bin/sh', ['-c', script.text])).toThrow();
    expect(existsSync(join(directory, 'canary'))).toBe(false);
  });

  it('shows its text in strings and JSON', () => {
    expect(String(sh`ls ${'a'}`)).toBe("ls 'a'");
    expect(JSON.stringify({ command: sh`ls` })).toBe('{"command":"ls"}');
  });
});
