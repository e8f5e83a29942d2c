import { wireOffset, wireTime } from './wire-time.ts';

const minuteMs = 60_000;

/**
 * Writes many times of one run as `wireTime` does, several times as fast: most of them lie in the minute of the one before.
 */
export class WireClock {
  readonly #utcOffsetMinutes: number;
  readonly #offset: string;
  #minute = Number.NaN;
  #minuteText = '';
  #createdAtMs: number | undefined;
  #createTime: string | undefined;

  constructor(utcOffsetMinutes: number) {
    this.#utcOffsetMinutes = utcOffsetMinutes;
    this.#offset = wireOffset(utcOffsetMinutes);
  }

  /** As `wireTime`; undefined for no time. */
  time(atMs: number | undefined): string | undefined {
    if (atMs === undefined) return undefined;
    if (!Number.isSafeInteger(atMs)) return wireTime({ atMs, utcOffsetMinutes: this.#utcOffsetMinutes });
    const localMs = atMs + this.#utcOffsetMinutes * minuteMs;
    const minute = Math.floor(localMs / minuteMs);
    if (minute !== this.#minute) this.#enter(minute);
    const seconds = (localMs - minute * minuteMs) / 1_000;
    // Shortest digits are what the wire has: 34.74, not 34.740.
    return `${this.#minuteText}${seconds < 10 ? '0' : ''}${seconds}${this.#offset}`;
  }

  /** As `wireTimeInSeconds`; undefined for no time. What one run's tasks have is the same for all of them. */
  timeInSeconds(atMs: number | undefined): string | undefined {
    if (atMs !== this.#createdAtMs) {
      this.#createdAtMs = atMs;
      this.#createTime = atMs === undefined ? undefined : this.time(Math.floor(atMs / 1_000) * 1_000);
    }
    return this.#createTime;
  }

  #enter(minute: number): void {
    this.#minuteText = new Date(minute * minuteMs).toISOString().slice(0, -'00.000Z'.length);
    this.#minute = minute;
  }
}
