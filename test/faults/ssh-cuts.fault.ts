import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createHostConnections, sh } from 'precede/oceanbase';
import { actOnce } from '../../src/oceanbase/steps/step-runner/act-once.ts';
import { endSteps } from '../../src/oceanbase/steps/step-runner/end-step.ts';
import { stepDirectory } from '../../src/oceanbase/steps/step-runner/step-directory.ts';
import { endAll } from '../oceanbase/support/cleanups.ts';
import { startSshServer } from '../oceanbase/support/ssh-server.ts';
import { likeSshd, newHome } from '../oceanbase/support/sshd-like.ts';
import { tellFigures } from './support/figures.ts';
import { contextOf, siteOn } from '../oceanbase/steps/step-runner/step-setup.ts';
import { seededRandom, seedOfRun } from '../support/seeded-random.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const kinds = ['server-killed', 'client-reset', 'silent', 'half-closed'] as const;
const cutsMax = Number(process.env['PRECEDE_CUTS'] ?? 40);
const lanes = 4;
const keepaliveIntervalMs = 250;
const detectedWithinMs = 3 * keepaliveIntervalMs + 1_000;

interface Cut {
  readonly number: number;
  readonly kind: (typeof kinds)[number];
  readonly runsMs: number;
  readonly cutAtMs: number;
  readonly exitStatus: number;
}

/** What is wrong with how a step came through a cut; and after how long it was noticed, if the step was under way. */
interface Passage {
  readonly mistakes: readonly string[];
  readonly noticedAfterMs: number | undefined;
}

afterEach(endAll);

function drawCuts(random: () => number): readonly Cut[] {
  return Array.from({ length: cutsMax }, (_, number) => {
    const runsMs = Math.round(300 + 700 * random());
    const exitStatus = random() < 0.25 ? 3 : 0;
    return {
      number,
      kind: kinds[number % kinds.length] ?? 'silent',
      runsMs,
      cutAtMs: Math.round(runsMs * random()),
      exitStatus,
    };
  });
}

/** One step of 0.3 to 1 s over a connection of its own, which is cut once. */
async function comeThrough(cut: Cut): Promise<Passage> {
  const home = newHome();
  const server = await startSshServer({ onCommand: likeSshd(home) });
  const proxy = await startTcpProxy(server.address.port);
  const hosts = async () => ({ ...server.address, port: proxy.port });
  const connections = createHostConnections({ hosts, keepaliveIntervalMs });
  try {
    const site = siteOn(connections.session(1));
    await site.shell.exec(sh`true`);
    const noticed: number[] = [];
    const context = contextOf(`t-7-${cut.number}-1`);
    const warn = (text: string): void => {
      context.lines.push(text);
      noticed.push(performance.now());
    };
    const command = sh`echo begun; echo once >>effects; sleep ${cut.runsMs / 1_000}; echo over; exit ${cut.exitStatus}`;
    const sent = actOnce({ ...context, log: { ...context.log, warn } }, site, {
      name: 'work',
      command,
      timeoutMs: 60_000,
    });
    const outcome = sent.then(
      () => 0,
      (error: unknown) => error,
    );
    const ending = { isOver: false };
    void outcome.then(() => (ending.isOver = true));
    await delay(cut.cutAtMs);
    const wasUnderWay = !ending.isOver;
    const cutAtMs = performance.now();
    if (cut.kind === 'server-killed') for (const socket of server.sockets) socket.destroy();
    else proxy.cut(cut.kind);
    const ended = await outcome;
    // Without a word the next command got a new connection: the cut fell between two commands.
    const isReplaced = server.connectionsSeen() > 1;
    const [noticedAtMs = isReplaced ? performance.now() - (cut.runsMs - cut.cutAtMs) : undefined] = noticed;
    const noticedAfterMs = wasUnderWay && noticedAtMs !== undefined ? noticedAtMs - cutAtMs : undefined;
    const mistakes = [
      ...mistakesOf(cut, { ended, home, lines: context.lines }),
      ...lateness(wasUnderWay, noticedAfterMs),
    ];
    await endSteps(context, site);
    return {
      mistakes: existsSync(join(home, '.precede')) ? [...mistakes, 'something is left'] : mistakes,
      noticedAfterMs,
    };
  } finally {
    await connections.close();
    await proxy.close();
    await server.close();
  }
}

function mistakesOf(
  { number, exitStatus }: Cut,
  seen: { readonly ended: unknown; readonly home: string; readonly lines: readonly string[] },
): readonly string[] {
  const { ended, home, lines } = seen;
  const status = ended instanceof Error && 'exitStatus' in ended ? ended.exitStatus : ended;
  const effects = readFileSync(join(home, 'effects'), 'utf8');
  const recorded = join(home, stepDirectory(`t-7-${number}-1`, 'work'), 'rc');
  const output = lines.filter((line) => line === 'begun' || line === 'over');
  return [
    ...(status === exitStatus ? [] : [`the status is ${String(status)}, not ${exitStatus}`]),
    ...(existsSync(recorded) ? [] : ['it ended without an exit status']),
    ...(effects === 'once\n' ? [] : [`the effect is ${JSON.stringify(effects)}`]),
    ...(output.join() === 'begun,over' ? [] : [`the output is ${output.join()}`]),
  ];
}

function lateness(wasUnderWay: boolean, noticedAfterMs: number | undefined): readonly string[] {
  if (!wasUnderWay) return [];
  if (noticedAfterMs === undefined) return ['the cut was not noticed'];
  return noticedAfterMs <= detectedWithinMs ? [] : [`the cut was noticed after ${Math.round(noticedAfterMs)} ms`];
}

it(`a step has its effect once and its own result, whenever its connection is cut`, async () => {
  const seed = seedOfRun();
  const cuts = drawCuts(seededRandom(seed));
  const passages = new Map<Cut, Passage>();
  const lane = async (first: number): Promise<void> => {
    for (const cut of cuts.filter(({ number }) => number % lanes === first)) passages.set(cut, await comeThrough(cut));
  };
  await Promise.all(Array.from({ length: lanes }, (_, first) => lane(first)));
  const failed = [...passages].filter(([, { mistakes }]) => mistakes.length > 0);
  const noticed = [...passages.values()].flatMap(({ noticedAfterMs }) => noticedAfterMs ?? []);
  tellFigures({
    name: 'ssh cuts',
    passed: passages.size - failed.length,
    failed: failed.length,
    details:
      `${noticed.length} under way, noticed after at most ${Math.round(Math.max(0, ...noticed))} ms of ` +
      `${detectedWithinMs}; PRECEDE_SEED=${seed}`,
  });
  expect(failed.map(([cut, { mistakes }]) => ({ ...cut, mistakes }))).toEqual([]);
  expect(passages.size).toBe(cutsMax);
});
