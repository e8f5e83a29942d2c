import { describe, expect, it } from 'vitest';
import { processTerminal } from '../../src/cli/output.ts';
import { createProgram } from '../../src/cli/program.ts';

const program = (...argv: readonly string[]) =>
  createProgram(argv, { terminal: processTerminal(), setExitCode: () => undefined });

const names = (await program()).commands.map((command) => command.name());

/** The help of a command, its examples included. */
async function helpOf(name: string, ...argv: readonly string[]): Promise<string> {
  const found = (await program(...argv)).commands.find((command) => command.name() === name);
  let help = '';
  found?.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 200 }).outputHelp();
  return help;
}

describe('the command precede', () => {
  it('has every command in its help without loading it', async () => {
    expect(names).toHaveLength(new Set(names).size);
    expect(names).toEqual(expect.arrayContaining(['plan', 'run', 'show', 'retry', 'rollback', 'store', 'version']));
    expect(await helpOf('retry')).not.toContain('--dry-run');
  });

  it.each(names.filter((name) => name !== 'version'))(
    'loads %s, and no other, when that is asked for',
    async (name) => {
      for (const argv of [[name], ['help', name], ['--debug', name, '--help']]) {
        expect(await helpOf(name, ...argv)).toMatch(new RegExp(`^ {2}precede ${name}\\b`, 'm'));
        const other = name === 'list' ? 'show' : 'list';
        expect(await helpOf(other, ...argv)).not.toMatch(/^ {2}precede /m);
      }
    },
  );
});
