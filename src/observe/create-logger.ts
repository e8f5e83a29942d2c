import type { Writable } from 'node:stream';
import {
  destination as fileDestination,
  pino,
  stdSerializers,
  stdTimeFunctions,
  type Logger as PinoLogger,
} from 'pino';
import { PrecedeError } from '../errors/index.ts';
import { createScrubber, type Scrubber } from '../secrets/index.ts';
import { prettyLine } from './pretty-line.ts';
import { safeLine } from './safe-line.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  /** The lowest level that is written. @default 'info' */
  readonly level?: LogLevel;
  /** A stream, a file descriptor, or the path of a file to append to. @default 2, standard error */
  readonly destination?: Writable | number | string;
  /** Lines for human readers instead of JSON. @default false */
  readonly pretty?: boolean;
  /** Knows what must not be written; values may be added to it later. @default one that knows nothing */
  readonly scrubber?: Scrubber;
}

/** A log that is being written. */
export interface OpenLog {
  readonly logger: PinoLogger;
  /**
   * Resolves once every line has been handed to the operating system, or to the stream's. Closes the file that was opened
   * by path, and nothing that was passed in. Safe twice.
   */
  readonly close: () => Promise<void>;
}

/**
 * A pino logger that writes one line per record. Every line, with all its fields, child bindings and errors, passes
 * through the scrubber after it was serialized, and nothing in it breaks the line or reaches a terminal as a command.
 * Files and descriptors are written synchronously: a crash loses no line.
 *
 * @throws PrecedeError `LOG_NOT_WRITABLE` when the file cannot be opened
 */
export function createLogger(options: LoggerOptions = {}): OpenLog {
  const { level = 'info', destination = 2, pretty = false, scrubber = createScrubber() } = options;
  const sink = typeof destination === 'object' ? streamSink(destination) : fileSink(destination);
  const write = (line: string): void => {
    const safe = safeLine(line.trimEnd(), scrubber);
    sink.write(`${pretty ? prettyLine(safe) : safe}\n`);
  };
  const serializers = { err: stdSerializers.err, error: stdSerializers.err };
  const base = { pid: process.pid };
  const logger = pino({ level, base, timestamp: stdTimeFunctions.isoTime, serializers }, { write });
  return { logger, close: () => sink.close() };
}

interface Sink {
  write(line: string): void;
  close(): Promise<void>;
}

function streamSink(stream: Writable): Sink {
  const flushed = (resolve: () => void): void => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write('', () => resolve());
  };
  return { write: (line) => void stream.write(line), close: () => new Promise(flushed) };
}

const ownerOnly = 0o600;

function fileSink(target: number | string): Sink {
  const file = openFile(target);
  let closed: Promise<void> | undefined;
  const write = (line: string): void => void file.write(line);
  if (typeof target === 'string') return { write, close: () => (closed ??= ended(file)) };
  return { write, close: async () => file.flushSync() };
}

function openFile(target: number | string): ReturnType<typeof fileDestination> {
  try {
    return fileDestination({ dest: target, sync: true, mode: ownerOnly });
  } catch (cause) {
    throw new PrecedeError('LOG_NOT_WRITABLE', {
      message: `The log file ${target} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
      next: 'Name a file in a folder that exists and that you may write to.',
      details: { file: String(target) },
      cause,
    });
  }
}

function ended(file: ReturnType<typeof fileDestination>): Promise<void> {
  return new Promise((resolve, reject) => {
    file.once('close', resolve).once('error', reject);
    file.end();
  });
}
