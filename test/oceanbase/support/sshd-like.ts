import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './cleanups.ts';
import type { OnCommand } from './ssh-server.ts';

/** A login directory of its own, below the system's for temporary files. Ends with the test. */
export function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'precede-home-'));
  atEnd(async () => rmSync(home, { recursive: true, force: true }));
  return home;
}

/**
 * Runs a command as sshd does: in a session of its own, in the login directory; TERM ends its process group, and when
 * the channel goes away it loses its pipes and goes on.
 */
export function likeSshd(home: string, env: Readonly<Record<string, string | undefined>> = process.env): OnCommand {
  return (command, channel, { session }) => {
    const child = spawn('/bin/sh', ['-c', command], { cwd: home, env: { ...env, HOME: home }, detached: true });
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {});
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    session.once('close', () => {
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    });
    child.once('close', (status, signal) => {
      if (channel.writable) {
        if (status === null) channel.exit((signal ?? 'SIGKILL').slice(3));
        else channel.exit(status);
      }
      channel.end();
    });
  };
}
