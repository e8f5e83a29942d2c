// Sends requests over raw keep-alive connections, each connection its next one as soon as it has its answer, and tells
// how that went. A process of its own, so that it measures the server and not itself.
import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';
import type { LoadJob, LoadResult } from './load.ts';

process.on('message', (job: LoadJob) => {
  void carryOut(job).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());

async function carryOut(job: LoadJob): Promise<LoadResult> {
  const load = new Load(job);
  const startedAtMs = performance.now();
  await Promise.all(Array.from({ length: job.connections }, () => load.connection()));
  return load.result((performance.now() - startedAtMs) / 1_000);
}

class Load {
  readonly #job: LoadJob;
  readonly #requests: readonly Buffer[];
  readonly #endsAtMs: number;
  readonly #lengthsMs: number[] = [];
  readonly #statuses: Record<number, number> = {};
  readonly #bodies: string[] = [];
  #next = 0;
  #broken = 0;
  #bytes = 0;

  constructor(job: LoadJob) {
    this.#job = job;
    this.#requests = job.requests.map((text) => Buffer.from(text));
    this.#endsAtMs = performance.now() + (job.forMs ?? Infinity);
  }

  /** Resolves when nothing is left to send; a connection that is closed under a request is counted as broken. */
  connection(): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(this.#job.port, '127.0.0.1');
      socket.setNoDelay(true);
      let sentAtMs = 0;
      let isWaiting = false;
      const send = (): void => {
        const request = this.#take();
        if (!request) {
          socket.end();
          return;
        }
        isWaiting = true;
        sentAtMs = performance.now();
        socket.write(request);
      };
      const reader = new AnswerReader((status, body) => {
        isWaiting = false;
        this.#note(status, body, performance.now() - sentAtMs);
        this.#pause(send);
      }, this.#job.keepsBodies === true);
      socket.on('data', (chunk) => {
        this.#bytes += chunk.length;
        reader.take(chunk);
      });
      socket.on('connect', send);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (isWaiting || socket.connecting) this.#broken += 1;
        resolve();
      });
      this.#closeWithServer(socket);
    });
  }

  result(seconds: number): LoadResult {
    const sorted = Float64Array.from(this.#lengthsMs).sort();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      count: sorted.length,
      perSecond: sorted.length / seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      statuses: this.#statuses,
      broken: this.#broken,
      bytes: this.#bytes,
      bodies: this.#bodies,
    };
  }

  #closeWithServer(socket: Socket): void {
    socket.on('end', () => socket.destroy());
  }

  #take(): Buffer | undefined {
    if (performance.now() >= this.#endsAtMs) return undefined;
    const index = this.#next;
    this.#next += 1;
    // For a time they go round; without one each is sent once.
    return this.#requests[this.#job.forMs === undefined ? index : index % this.#requests.length];
  }

  #note(status: number, body: string, lengthMs: number): void {
    this.#lengthsMs.push(lengthMs);
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (this.#job.keepsBodies) this.#bodies.push(body);
  }

  #pause(send: () => void): void {
    const { pauseMs = 0 } = this.#job;
    if (pauseMs > 0) setTimeout(send, pauseMs);
    else send();
  }
}
