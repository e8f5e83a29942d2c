// Holds connections as slowly as it is told, opens each anew when it is closed, and lets go of all a while after the end.
import { connect } from 'node:net';
import { slowAddress, type SlowJob } from './slow-clients.ts';

const dripMs = 1_000;
const openingsPerMs = 1;

process.on('message', (job: SlowJob) => {
  void carryOut(job).then((opened) => process.send?.(opened));
});
process.on('disconnect', () => process.exit());

async function carryOut(job: SlowJob): Promise<number> {
  const endsAtMs = performance.now() + job.forMs;
  const opened = await Promise.all(
    Array.from({ length: job.connections }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index / openingsPerMs));
      let count = 0;
      for (; performance.now() < endsAtMs; count += 1) await held(job, endsAtMs + job.graceMs - performance.now());
      return count;
    }),
  );
  return opened.reduce((sum, count) => sum + count, 0);
}

/** Resolves when a connection is closed, by the server or after so many milliseconds. */
function held({ port, opening, drip, reads }: SlowJob, forMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: slowAddress });
    if (reads) socket.resume();
    else socket.pause();
    socket.on('connect', () => socket.write(opening));
    const timer = setInterval(() => socket.write(drip), dripMs);
    const giveUp = setTimeout(() => socket.destroy(), forMs);
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(timer);
      clearTimeout(giveUp);
      resolve();
    });
  });
}
