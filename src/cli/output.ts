import type { WriteStream } from 'node:tty';
import { paintedWith, type Paint } from './views/paint.ts';

/** One of the two streams that a command writes to. */
export interface Output {
  /** A person at a terminal that can redraw reads this. */
  readonly isLive: boolean;
  readonly paint: Paint;
  /** Aborted once nobody reads any more, as after `| head`. */
  readonly gone: AbortSignal;
  columns(): number;
  rows(): number;
  /** Writes text as it is; nothing once nobody reads any more. */
  write(text: string): void;
  /** Writes pieces as they are asked for, no faster than they are read; ends early once nobody reads any more. */
  pieces(pieces: Iterable<string>): Promise<void>;
  /** Writes lines, each with its line break. */
  lines(lines: readonly string[]): void;
}

/** What a command talks to: data goes to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
}

/** This process's own streams. Colours only for people, and not with NO_COLOR. */
export function processTerminal(): Terminal {
  return { out: outputTo(process.stdout), err: outputTo(process.stderr) };
}

type Stream = NodeJS.WriteStream | WriteStream;

const columnsDefault = 80;
const rowsDefault = 24;

function outputTo(stream: Stream): Output {
  const gone = new AbortController();
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that went away is no failure; whatever else happens to the stream cannot be told on it either.
    gone.abort(error);
  });
  // Not a terminal: the property is missing, whatever its type says.
  const isTty = (stream.isTTY as boolean | undefined) === true;
  const isDumb = process.env['TERM'] === 'dumb';
  const isColoured = isTty && !isDumb && (process.env['NO_COLOR'] ?? '') === '';
  const write = (text: string): void => {
    if (!gone.signal.aborted) stream.write(text);
  };
  return {
    isLive: isTty && !isDumb,
    paint: paintedWith(isColoured),
    gone: gone.signal,
    columns: () => (isTty ? stream.columns : columnsDefault),
    rows: () => (isTty ? stream.rows : rowsDefault),
    write,
    pieces: async (pieces) => {
      for (const piece of pieces) {
        if (gone.signal.aborted) return;
        if (!stream.write(piece)) await untilDrained(stream, gone.signal);
      }
    },
    lines: (lines) => {
      if (lines.length > 0) write(`${lines.join('\n')}\n`);
    },
  };
}

/** A reader that goes away ends the wait too. */
async function untilDrained(stream: Stream, gone: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain || gone.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const drained = (): void => {
    resolve(undefined);
  };
  stream.once('drain', drained);
  gone.addEventListener('abort', drained, { once: true });
  await promise;
  stream.off('drain', drained);
  gone.removeEventListener('abort', drained);
}
