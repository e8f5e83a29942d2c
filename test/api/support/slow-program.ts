// Holds connections as slowly as their kind says, opens each anew when it is closed, and tells how long they lived.
import { connect } from 'node:net';
import type { SlowJob, SlowResult } from './slow-clients.ts';

const dripMs = 1_000;
const openingsPerMs = 1;

process.on('message', (job: SlowJob) => {
  void carryOut(job).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());

async function carryOut(job: SlowJob): Promise<SlowResult> {
  const endsAtMs = performance.now() + job.forMs;
  const lives: number[] = [];
  await Promise.all(
    Array.from({ length: job.connections }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index / openingsPerMs));
      while (performance.now() < endsAtMs) lives.push(await held(job, endsAtMs));
    }),
  );
  return { opened: lives.length, closedByServer: lives.filter((ms) => ms >= 0).length, longestMs: Math.max(...lives) };
}

/** How long a connection lived until the server closed it; -1 when the time was over before. */
function held({ port, opening, drip, reads }: SlowJob, endsAtMs: number): Promise<number> {
  return new Promise((resolve) => {
    const openedAtMs = performance.now();
    const socket = connect(port, '127.0.0.1');
    if (reads) socket.resume();
    else socket.pause();
    socket.on('connect', () => socket.write(opening));
    const timer = setInterval(() => {
      if (socket.writable && drip !== '') socket.write(drip);
    }, dripMs);
    // What was begun before the end may be closed for it afterwards: the limit holds for it too.
    const giveUp = setTimeout(() => socket.destroy(), Math.max(0, endsAtMs - openedAtMs) + 20_000);
    const isInTime = (): boolean => performance.now() - openedAtMs < 20_000 + Math.max(0, endsAtMs - openedAtMs);
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(timer);
      clearTimeout(giveUp);
      resolve(isInTime() ? performance.now() - openedAtMs : -1);
    });
  });
}
