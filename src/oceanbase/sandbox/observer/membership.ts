import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf } from '../faults.ts';
import type { HostConfig } from '../host-config.ts';
import { readJsonFile, writeJsonFile } from '../json-file.ts';
import { openLines, type LinePeer, type SocketAddress } from '../line-socket.ts';
import type { ObserverLog } from './observer-log.ts';

/** The membership of an observer in a cluster: kept in its data directory, reported to the root server while it runs. */
export interface Membership {
  /** Where the root server answers; undefined while this observer belongs to no cluster. */
  rootServer(): SocketAddress | undefined;
  /** Whether ADD SERVER may take it: it belongs to no cluster, and its clog and ilog are empty. */
  isEmpty(): boolean;
  /** The root server has added this observer. */
  join(rootServer: SocketAddress): void;
  /** The root server has deleted this observer; what it wrote stays, so it is not empty again. */
  leave(): void;
  /** Begins to report, if it is a member. */
  start(): void;
}

/** What a membership needs to know about its observer. */
export interface MembershipOptions {
  readonly dataDir: string;
  readonly host: HostConfig;
  readonly log: ObserverLog;
}

const redialMs = 200;
/** How long an observer with the fault `flapping` serves at a time. */
const flapMs = 20;
const dialTimeoutMs = 2_000;

/** Opens the membership that the data directory keeps. */
export function openMembership({ dataDir, host, log }: MembershipOptions): Membership {
  const file = join(dataDir, 'slog', 'membership.json');
  const logs = host.release.needed.filter((name) => name === 'clog' || name === 'ilog');
  const isFlapping = faultOf(host.faults, 'flapping') !== undefined;
  let rootServer = readJsonFile(file) as SocketAddress | undefined;
  let startServiceTimeMs: number | null = null;
  let peer: LinePeer | undefined;
  const report = (): void => {
    peer?.send({ op: 'report', ip: host.ip, port: host.rpcPort, sqlPort: host.sqlPort, startServiceTimeMs });
  };
  const dial = async (): Promise<void> => {
    if (rootServer === undefined) return;
    try {
      const opened = await openLines({ ...rootServer, timeoutMs: dialTimeoutMs }, () => undefined);
      peer = opened;
      if (isFlapping) flap(opened);
      report();
      opened.onClose(() => {
        peer = undefined;
        redial();
      });
    } catch {
      redial();
    }
  };
  const flap = (opened: LinePeer): void => {
    startServiceTimeMs = Date.now();
    setTimeout(() => opened.close(), flapMs);
  };
  const redial = (): void => {
    setTimeout(() => void dial(), redialMs);
  };
  const serveLater = (): void => {
    if (isFlapping || faultOf(host.faults, 'never-active')) return;
    setTimeout(() => {
      startServiceTimeMs = Date.now();
      log.info('service started');
      report();
    }, host.startServiceDelayMs);
  };
  const start = (): void => {
    if (rootServer === undefined) return;
    serveLater();
    void dial();
  };
  return {
    rootServer: () => rootServer,
    isEmpty: () => rootServer === undefined && logs.every((name) => readdirSync(join(dataDir, name)).length === 0),
    join(address) {
      if (rootServer !== undefined) return;
      rootServer = address;
      for (const name of logs) writeFileSync(join(dataDir, name, '1'), 'log of the stand-in observer\n');
      writeJsonFile(file, address);
      log.info(`joined the cluster whose root server is ${address.host}:${address.port}`);
      start();
    },
    leave() {
      rmSync(file, { force: true });
      rootServer = undefined;
      peer?.close();
      log.info('left the cluster');
    },
    start,
  };
}
