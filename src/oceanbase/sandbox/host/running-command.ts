import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ServerChannel } from 'ssh2';
import type { JournalFile } from '../journal-file.ts';

/** What every command of a host runs with. */
export interface CommandSetting {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Shell text that sets the limits under which commands run; may be empty. */
  readonly prelude: string;
  readonly log: JournalFile;
}

/** A command that was sent to a host, from its receipt on. */
export interface RunningCommand {
  /** Sends a signal to the command and its children, as sshd does. */
  signal(name: NodeJS.Signals): void;
  /** From now on its result is kept from the client: the connection is about to be cut. */
  withhold(): void;
}

/** How long an exit status waits for output that a background child of the command may still hold open. */
const outputGraceMs = 100;

/**
 * Executes a command with `sh -c` (a shell that reads stdin when `text` is undefined) and connects it to the channel.
 * When the channel goes away the command goes on; it only loses its pipes, as on a real sshd.
 */
export function runCommand(text: string | undefined, channel: ServerChannel, setting: CommandSetting): RunningCommand {
  const logId = setting.log.received({ command: text ?? '' });
  const child = spawn('/bin/sh', shellArguments(text, setting.prelude), {
    cwd: setting.cwd,
    env: setting.env,
    // Its own session: a signal for the owner's terminal must not reach it, and `signal` can reach its children.
    detached: true,
  });
  let withheld = false;
  connectStreams(child, channel);
  reportEnd(child, channel, () => withheld);
  child.once('exit', (exitStatus, signal) => {
    setting.log.ended(logId, { exitStatus, ...(signal === null ? {} : { signal }) });
  });
  child.once('error', (error) => {
    setting.log.ended(logId, { exitStatus: null, error: error.message });
  });
  return {
    signal(name) {
      signalGroup(child, name);
    },
    withhold() {
      withheld = true;
    },
  };
}

function shellArguments(text: string | undefined, prelude: string): readonly string[] {
  if (prelude === '') return text === undefined ? [] : ['-c', text];
  return ['-c', `${prelude}exec /bin/sh${text === undefined ? '' : ' -c "$1"'}`, 'sh', text ?? ''];
}

function connectStreams(child: ChildProcessWithoutNullStreams, channel: ServerChannel): void {
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.pipe(child.stdin);
  // A command that does not read its input to the end is no error, nor is a client that went away.
  for (const stream of [child.stdin, child.stdout, child.stderr, channel, channel.stderr]) {
    stream.on('error', () => undefined);
  }
  channel.once('close', () => {
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  });
}

/** The exit status goes out when all output has, or shortly after the exit when a grandchild keeps the output open. */
function reportEnd(child: ChildProcessWithoutNullStreams, channel: ServerChannel, isWithheld: () => boolean): void {
  let sent = false;
  const send = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (sent || isWithheld() || !channel.writable) return;
    sent = true;
    if (signal !== null) channel.exit(signal);
    else channel.exit(code ?? 255);
  };
  let grace: NodeJS.Timeout | undefined;
  child.once('error', () => {
    send(255, null);
    channel.end();
  });
  child.once('exit', (code, signal) => {
    grace = setTimeout(send, outputGraceMs, code, signal);
  });
  child.once('close', (code, signal) => {
    clearTimeout(grace);
    flushed(channel, () => {
      send(code, signal);
      if (!isWithheld()) channel.end();
    });
  });
}

/** Calls back when what was written to both streams of the channel has been sent. */
function flushed(channel: ServerChannel, then: () => void): void {
  if (!channel.writable) return;
  channel.stderr.write('', () => {
    channel.write('', then);
  });
}

function signalGroup(child: ChildProcessWithoutNullStreams, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It ended before the signal came.
  }
}
