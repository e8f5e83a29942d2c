import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { sh } from '../../../src/oceanbase/host/shell-command.ts';
import { endAll } from '../support/cleanups.ts';
import { exitWith, setupHost } from '../support/host-setup.ts';

afterEach(endAll);

describe('output', () => {
  it('is cut at the limit with a marker while the command runs to its end', async () => {
    const { host } = await setupHost();
    const lines: string[] = [];
    const command = sh`head -c 5242880 /dev/zero | tr '\\0' x; printf done >&2`;
    const result = await host.exec(command, { outputBytesMax: 1_000, onOutput: (line) => lines.push(line) });
    expect(result).toMatchObject({ exitStatus: 0, truncated: true, stderr: 'done' });
    expect(result.stdout).toBe(`${'x'.repeat(1_000)}\n[output cut: 5241880 bytes more]\n`);
    expect(lines).toContain('[output cut: more than 1000 bytes]');
  });

  it('that is not UTF-8 shows where, and a character split between packets is whole', async () => {
    const { host } = await setupHost({
      onCommand: (_command, channel) => {
        const euro = Buffer.from('€');
        channel.write(euro.subarray(0, 1), () =>
          channel.write(Buffer.concat([euro.subarray(1), Buffer.from([0xff, 0x0a])]), () => exitWith(channel, 0)),
        );
      },
    });
    const lines: string[] = [];
    const result = await host.exec(sh`print`, { onOutput: (line, stream) => lines.push(`${stream}:${line}`) });
    expect(result.stdout).toBe('€\uFFFD\n');
    expect(lines).toEqual(['stdout:€\uFFFD']);
  });

  it('comes line by line, also a last one without a newline, long ones cut', async () => {
    const { host } = await setupHost();
    const lines: string[] = [];
    await host.exec(sh`printf 'a\nb\n\nlast'; head -c 20000 /dev/zero | tr '\\0' y >&2`, {
      onOutput: (line, stream) => lines.push(`${stream}:${line}`),
    });
    const ofStdout = lines.filter((line) => line.startsWith('stdout:'));
    expect(ofStdout).toEqual(['stdout:a', 'stdout:b', 'stdout:', 'stdout:last']);
    expect(lines.filter((line) => line.startsWith('stderr:'))).toEqual([`stderr:${'y'.repeat(8_192)}… [line cut]`]);
  });

  it('reaches a listener that throws once, as a warning, and the command goes on', async () => {
    const { host } = await setupHost();
    let calls = 0;
    const warned = once(process, 'warning');
    const onOutput = (): void => {
      calls += 1;
      throw new Error('listener broke');
    };
    const result = await host.exec(sh`echo one; echo two`, { onOutput });
    expect(result).toMatchObject({ exitStatus: 0, stdout: 'one\ntwo\n' });
    expect(calls).toBe(1);
    expect(String(await warned)).toContain('listener broke');
  });
});
