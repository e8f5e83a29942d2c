import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { nodeArguments, programPath } from './program.ts';

/** Watches the owner of a sandbox and ends the sandbox's processes when the owner ends without having done so. */
export interface Warden {
  /** The owner has cleaned up itself: the warden goes. Safe twice. */
  dismiss(): void;
}

/**
 * Starts a warden: a shell that waits on a pipe from the owner, and only when that breaks becomes the program that
 * sweeps. `temporaryDir` is removed then too; undefined when the sandbox's directory is the user's.
 */
export function startWarden(sandboxId: string, temporaryDir: string | undefined): Warden {
  const script = 'read -r line; [ "$line" = done ] || exec "$@"';
  const sweep = [process.execPath, ...nodeArguments, programPath('sweep-program'), sandboxId, temporaryDir ?? ''];
  const child = spawn('/bin/sh', ['-c', script, 'sandbox-warden', ...sweep], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  // A pipe is a socket in Node; it must not keep the owner's process running.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return {
    dismiss() {
      if (child.stdin.writable) child.stdin.end('done\n');
    },
  };
}
