import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { endianness, uptime } from 'node:os';

/** What SQLite keeps beside a database, as its file format says: https://sqlite.org/walformat.html */
const walHeaderBytes = 32;
const frameHeaderBytes = 24;
/** The log's magic number when its checksums are of little-endian words. */
const littleEndianMagic = 0x377f0682;
const indexHeaderBytes = 48;
const backfilledAt = 2 * indexHeaderBytes;
const indexVersion = 3_007_000;

const looksMax = 5;

/**
 * Whether commits that were acknowledged are gone from the write-ahead log of a database. SQLite takes a log up to its
 * first bad frame, which is right for the torn end that a crash leaves, and says nothing when more is lost. The index
 * beside the log (`-shm`) names the last frame whose commit was synced, with its checksum: a log that does not reach it
 * intact was altered. The index is written after the log is synced, so that no crash leaves it ahead of the log.
 * False where it cannot be told: without an index, or with one of another log. O(log).
 */
export function hasLostCommits(file: string): boolean {
  for (let look = 1; look <= looksMax; look++) {
    const index = readIndex(file);
    if (!index || index.frameCount === 0 || !isShort(file, index)) return false;
    // Another process may have begun the log anew meanwhile, which the index tells first.
    if (readIndex(file)?.text === index.text) return true;
  }
  return false;
}

interface LogIndex {
  /** All that is looked at, to tell a change. */
  readonly text: string;
  readonly frameCount: number;
  readonly backfilledCount: number;
  readonly pageBytes: number;
  readonly salts: string;
  readonly checksums: readonly [number, number];
}

function readIndex(file: string): LogIndex | undefined {
  const header = readStart(`${file}-shm`, backfilledAt + 4);
  if (endianness() !== 'LE' || header.length < backfilledAt + 4) return undefined;
  const first = header.subarray(0, indexHeaderBytes);
  const isWhole = first.equals(header.subarray(indexHeaderBytes, backfilledAt));
  if (!isWhole || first.readUInt32LE(0) !== indexVersion || first[12] !== 1) return undefined;
  const [one, two] = checksum(first.subarray(0, 40), [0, 0]);
  if (one !== first.readInt32LE(40) || two !== first.readInt32LE(44)) return undefined;
  const pageBytes = first.readUInt16LE(14);
  return {
    text: header.toString('hex'),
    frameCount: first.readUInt32LE(16),
    backfilledCount: header.readUInt32LE(backfilledAt),
    pageBytes: pageBytes === 1 ? 65_536 : pageBytes,
    checksums: [first.readInt32LE(24), first.readInt32LE(28)],
    salts: first.toString('hex', 32, 40),
  };
}

/** Whether the log ends, as SQLite reads it, before the last frame that the index names. */
function isShort(file: string, index: LogIndex): boolean {
  const header = readStart(`${file}-wal`, walHeaderBytes);
  if (header.length < walHeaderBytes) return isMissed(index) && isOfThisBoot(`${file}-shm`);
  const magic = header.readUInt32BE(0);
  const [one, two] = checksum(header.subarray(0, 24), [0, 0]);
  const isSound = magic === littleEndianMagic && one === header.readInt32BE(24) && two === header.readInt32BE(28);
  // A log of the other byte order is not SQLite's on this machine.
  if (!isSound) return isMissed(index);
  if (header.toString('hex', 16, 24) !== index.salts) return false;
  return !reaches(`${file}-wal`, index, [one, two]);
}

/** Whether there is something in the log that is not in the database yet. */
function isMissed({ frameCount, backfilledCount }: LogIndex): boolean {
  return backfilledCount < frameCount;
}

/** After a power failure an index may be older than a log that had been emptied. */
function isOfThisBoot(file: string): boolean {
  return statSync(file).mtimeMs > Date.now() - uptime() * 1_000;
}

/** Whether the log is intact up to the frame that the index names. */
function reaches(wal: string, index: LogIndex, start: readonly [number, number]): boolean {
  const frameBytes = frameHeaderBytes + index.pageBytes;
  const frame = Buffer.from(new ArrayBuffer(frameBytes));
  const descriptor = openSync(wal, 'r');
  try {
    let sums = start;
    for (let count = 0; count < index.frameCount; count++) {
      const at = walHeaderBytes + count * frameBytes;
      if (readSync(descriptor, frame, 0, frameBytes, at) < frameBytes) return false;
      sums = checksum(frame.subarray(frameHeaderBytes), checksum(frame.subarray(0, 8), sums));
      const isOfLog = frame.toString('hex', 8, 16) === index.salts;
      if (!isOfLog || sums[0] !== frame.readInt32BE(16) || sums[1] !== frame.readInt32BE(20)) return false;
    }
    return sums[0] === index.checksums[0] && sums[1] === index.checksums[1];
  } finally {
    closeSync(descriptor);
  }
}

/** SQLite's checksum of little-endian words, two of them a step, on from `start`. */
function checksum(bytes: Buffer, [first, second]: readonly [number, number]): readonly [number, number] {
  const words = wordsOf(bytes);
  let [one, two] = [first, second];
  for (let word = 0; word + 1 < words.length; word += 2) {
    one = (one + (words[word] ?? 0) + two) | 0;
    two = (two + (words[word + 1] ?? 0) + one) | 0;
  }
  return [one, two];
}

function wordsOf(bytes: Buffer): Int32Array {
  const { buffer, byteOffset, length } = byteAligned(bytes);
  return new Int32Array(buffer, byteOffset, length >> 2);
}

function byteAligned(bytes: Buffer): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
}

/** The first bytes of a file; fewer when it has fewer, none when it is not there. */
function readStart(file: string, bytes: number): Buffer {
  const start = Buffer.from(new ArrayBuffer(bytes));
  try {
    const descriptor = openSync(file, 'r');
    try {
      return start.subarray(0, readSync(descriptor, start, 0, bytes, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return start.subarray(0, 0);
  }
}
