import { StringDecoder } from 'node:string_decoder';

const lineLengthMax = 8_192;

/** Cuts a stream of bytes into lines of text for a listener. */
export interface OutputLines {
  push(chunk: Buffer): void;
  /** Hands out what is left without a newline. */
  end(): void;
}

/**
 * Hands each line to the listener without its newline, at most 8,192 characters of it. After `bytesMax` bytes one last
 * line says so and the rest is dropped. A listener that throws is reported as a warning and hears no more.
 */
export function splitLines(listener: (line: string) => void, bytesMax: number): OutputLines {
  const decoder = new StringDecoder('utf8');
  let line = '';
  let bytesLeft = bytesMax;
  let silenced = false;
  const tell = (text: string): void => {
    if (silenced) return;
    try {
      listener(text.length > lineLengthMax ? `${text.slice(0, lineLengthMax)}… [line cut]` : text);
    } catch (error) {
      silenced = true;
      process.emitWarning(`A listener to command output threw and hears no more: ${String(error)}`);
    }
  };
  const take = (text: string): void => {
    const parts = text.split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      tell(line + part);
      line = '';
    }
    // One character above the limit is enough to know that the line is cut.
    line = (line + last).slice(0, lineLengthMax + 1);
  };
  return {
    push(chunk) {
      if (bytesLeft <= 0) return;
      const taken = chunk.subarray(0, bytesLeft);
      bytesLeft -= chunk.length;
      take(decoder.write(taken));
      if (bytesLeft < 0) {
        take(`\n[output cut: more than ${String(bytesMax)} bytes]\n`);
        silenced = true;
      }
    },
    end() {
      take(decoder.end());
      if (line !== '') tell(line);
      line = '';
    },
  };
}
