import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostConfig } from '../host-config.ts';
import {
  askOnce,
  listenForLines,
  openLines,
  type LineMessage,
  type LinePeer,
  type SocketAddress,
} from '../line-socket.ts';
import { atOnceVariable } from './daemon.ts';
import { openMembership, type Membership } from './membership.ts';
import type { ObserverSettings } from './observer-flags.ts';
import type { ObserverLog } from './observer-log.ts';
import { dataDirOf, refused, runningPid, type ObserverPlace } from './observer-start.ts';
import { openRootService, type RootService } from './root-service.ts';
import { sqlErrors, SqlRefusal } from './sql-refusal.ts';
import { sceneOf, select } from './sql-select.ts';
import { startSqlServer, type SqlAnswer } from './sql-server.ts';
import { parseStatement } from './sql-statement.ts';

/** What an observer process is started with, everything resolved. */
export interface ObserverOptions {
  readonly settings: ObserverSettings;
  readonly place: ObserverPlace;
  readonly host: HostConfig;
  readonly log: ObserverLog;
}

/** What RPC handlers and SQL answers share. */
interface Parts {
  readonly options: ObserverOptions;
  readonly membership: Membership;
  readonly rootService: RootService | undefined;
}

const ownerTimeoutMs = 2_000;
const forwardTimeoutMs = 5_000;

/**
 * Runs an observer in this process: both ports open, pid file written, reporting if it is a member. Ends the process
 * when the sandbox's owner is gone. Rejects with `OBSERVER_REFUSED` when a port is taken or the owner is gone already.
 */
export async function runObserver(options: ObserverOptions): Promise<void> {
  const { settings, place, host, log } = options;
  await watchOwner(host);
  const pid = runningPid(place);
  if (pid !== undefined) throw refused(`an observer runs in ${place.home} already, pid ${pid}`);
  const dataDir = dataDirOf(settings, place);
  const membership = openMembership({ dataDir, host: { ...host, ...ownOf(settings, host) }, log });
  const rootService = isRootServer(settings, host)
    ? openRootService(join(dataDir, 'sstable', 'cluster.json'), host, log)
    : undefined;
  const parts: Parts = { options, membership, rootService };
  await openPorts(parts);
  writeFileSync(join(dataDir, 'sstable', 'block_file'), 'no data: stand-in observer\n');
  writeFileSync(place.pidFile, `${process.pid}\n`);
  rootService?.start();
  membership.start();
  log.info(
    `observer started, SQL ${host.ip}:${settings.sqlPort}, RPC ${host.ip}:${settings.rpcPort}, zone ${settings.zone}`,
  );
}

async function openPorts(parts: Parts): Promise<void> {
  const { settings, host } = parts.options;
  try {
    await listenForLines({ host: host.ip, port: settings.rpcPort }, (message, peer) => {
      answerRpc(message, peer, parts);
    });
    await startSqlServer({
      host: host.ip,
      port: settings.sqlPort,
      passwordHash: host.cluster.passwordHash,
      clusterName: host.cluster.name,
      serverVersion: host.release.serverVersion,
      onQuery: (sql) => answerSql(sql, parts),
    });
  } catch (cause) {
    throw refused(`a port cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function answerRpc(message: LineMessage, peer: LinePeer, parts: Parts): void {
  const { settings } = parts.options;
  switch (message['op']) {
    case 'probe': {
      const { clusterId, zone, sqlPort } = settings;
      const isEmpty = parts.membership.isEmpty();
      peer.send({ clusterId, zone, sqlPort, isEmpty, buildVersion: parts.options.host.release.buildVersion });
      return;
    }
    case 'join':
      parts.membership.join(message['rootServer'] as SocketAddress);
      peer.send({ ok: true });
      return;
    case 'leave':
      parts.membership.leave();
      peer.send({ ok: true });
      return;
    case 'report':
      parts.rootService?.onReport(message, peer);
      return;
    case 'serving':
      peer.send({ count: parts.rootService?.servingCount() ?? 0 });
      return;
    case 'sql':
      void answerForwarded(String(message['sql']), peer, parts);
      return;
    default:
      peer.close();
  }
}

async function answerForwarded(sql: string, peer: LinePeer, { rootService }: Parts): Promise<void> {
  try {
    peer.send({ answer: await rootService?.answer(sql) });
  } catch (error) {
    const errno = error instanceof SqlRefusal ? error.errno : sqlErrors.timeout;
    peer.send({ errno, message: error instanceof Error ? error.message : String(error) });
  }
}

/** The root server answers itself; a member asks it for what it cannot know; a stranger knows only itself. */
async function answerSql(sql: string, { rootService, membership, options }: Parts): Promise<SqlAnswer> {
  if (rootService) return rootService.answer(sql);
  const statement = parseStatement(sql);
  if (statement.kind === 'session') return 'done';
  if (statement.kind === 'select' && statement.from === undefined)
    return select(statement, undefined, sceneOf(options.host));
  const rootServer = membership.rootServer();
  if (!rootServer) throw new SqlRefusal(sqlErrors.initializing, 'Server is initializing');
  const reply = await askRootServer(rootServer, sql);
  if (typeof reply['errno'] === 'number') throw new SqlRefusal(reply['errno'], String(reply['message']));
  return reply['answer'] as SqlAnswer;
}

async function askRootServer(rootServer: SocketAddress, sql: string): Promise<LineMessage> {
  try {
    return await askOnce({ ...rootServer, timeoutMs: forwardTimeoutMs, message: { op: 'sql', sql } });
  } catch {
    throw new SqlRefusal(sqlErrors.timeout, 'Timeout, the root server does not answer');
  }
}

/** Keeps a connection to the owner open; the process ends with it, so that not even kill -9 of the owner leaves it. */
async function watchOwner({ owner, token }: HostConfig): Promise<void> {
  try {
    const peer = await openLines({ ...owner, timeoutMs: ownerTimeoutMs }, () => undefined);
    peer.send({ op: 'watch', token });
    peer.onClose(() => process.exit(1));
  } catch (cause) {
    throw refused('the owner of this sandbox is gone', cause);
  }
}

function isRootServer(settings: ObserverSettings, host: HostConfig): boolean {
  const { ip, rpcPort } = host.cluster.rootServer;
  return ip === host.ip && rpcPort === settings.rpcPort;
}

/** What differs from the host's own configuration: the ports by flags, and no delay on a member's very first start. */
function ownOf({ sqlPort, rpcPort }: ObserverSettings, host: HostConfig): Partial<HostConfig> {
  const startServiceDelayMs = process.env[atOnceVariable] === undefined ? host.startServiceDelayMs : 0;
  return { sqlPort, rpcPort, startServiceDelayMs };
}
