import type { ClusterFacts, HostConfig } from '../host-config.ts';
import { readJsonFile, writeJsonFile } from '../json-file.ts';
import { openJournalFile } from '../journal-file.ts';
import { askOnce, type LineMessage, type LinePeer } from '../line-socket.ts';
import {
  addServer,
  findServer,
  markDeleting,
  markOffline,
  markReporting,
  removeServer,
  type ClusterState,
  type ServerAddress,
  type ServerProbe,
} from './cluster-state.ts';
import { databaseTrouble, grantsOf, type DatabaseTrouble } from './database-trouble.ts';
import type { ObserverLog } from './observer-log.ts';
import { sqlErrors, SqlRefusal } from './sql-refusal.ts';
import { sceneOf, select } from './sql-select.ts';
import type { SqlAnswer } from './sql-server.ts';
import { parseStatement, type SqlStatement } from './sql-statement.ts';
import type { SqlTable } from './sql-table.ts';
import { viewOf } from './sql-views.ts';

/** The root server's part of an observer: it keeps the state of the cluster and changes it. */
export interface RootService {
  /** Answers one statement and logs it. Rejects with a `SqlRefusal`. */
  answer(sql: string): Promise<SqlAnswer>;
  /** A member says that it runs and since when it serves; it is offline when its connection closes. */
  onReport(message: LineMessage, peer: LinePeer): void;
  /** How many servers have a start-of-service time. */
  servingCount(): number;
  /** Goes on with what an earlier process left unfinished. */
  start(): void;
}

const probeTimeoutMs = 2_000;
/** After a restart of the root server, members have this long to report before they count as offline. */
const reportGraceMs = 3_000;

/** Opens the root service over the state in `stateFile`. */
export function openRootService(stateFile: string, host: HostConfig, log: ObserverLog): RootService {
  return new Root(stateFile, host, log);
}

class Root implements RootService {
  readonly #stateFile: string;
  readonly #host: HostConfig;
  readonly #cluster: ClusterFacts;
  readonly #log: ObserverLog;
  readonly #sqlLog;
  readonly #reporters = new Map<string, LinePeer>();
  readonly #trouble: DatabaseTrouble | undefined;
  #state: ClusterState;

  constructor(stateFile: string, host: HostConfig, log: ObserverLog) {
    this.#stateFile = stateFile;
    this.#host = host;
    this.#cluster = host.cluster;
    this.#log = log;
    this.#trouble = databaseTrouble(host.faults);
    this.#sqlLog = openJournalFile(host.cluster.sqlLog, `${process.pid}-`);
    this.#state = readJsonFile(stateFile) as ClusterState;
  }

  async answer(sql: string): Promise<SqlAnswer> {
    const id = this.#sqlLog.received({ sql });
    try {
      const statement = parseStatement(sql);
      await this.#trouble?.before(statement);
      const answer = await this.#execute(statement);
      this.#trouble?.after(statement);
      this.#sqlLog.ended(id, { errno: 0, ...(answer === 'done' ? {} : { rows: answer.rows.length }) });
      return answer;
    } catch (error) {
      const errno = error instanceof SqlRefusal ? error.errno : null;
      this.#sqlLog.ended(id, { errno, message: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }

  onReport(message: LineMessage, peer: LinePeer): void {
    const { ip, port, startServiceTimeMs } = message;
    if (typeof ip !== 'string' || typeof port !== 'number') return;
    const address = { ip, port };
    const key = `${ip}:${port}`;
    if (!findServer(this.#state, address)) return;
    const serving = typeof startServiceTimeMs === 'number' ? startServiceTimeMs : null;
    this.#change(markReporting(this.#state, address, { startServiceTimeMs: serving, nowMs: Date.now() }));
    if (this.#reporters.get(key) === peer) return;
    this.#reporters.set(key, peer);
    peer.onClose(() => {
      if (this.#reporters.get(key) !== peer) return;
      this.#reporters.delete(key);
      this.#change(markOffline(this.#state, address, Date.now()));
      this.#log.info(`server ${key} is offline`);
    });
  }

  servingCount(): number {
    return this.#state.servers.filter((row) => row.startServiceTimeMs !== null).length;
  }

  start(): void {
    for (const row of this.#state.servers) if (row.status === 'DELETING') this.#removeLater(row);
    setTimeout(() => {
      for (const row of this.#state.servers) {
        if (!this.#reporters.has(`${row.ip}:${row.port}`) && row.status === 'ACTIVE') {
          this.#change(markOffline(this.#state, row, Date.now()));
        }
      }
    }, reportGraceMs);
  }

  async #execute(statement: SqlStatement): Promise<SqlAnswer> {
    switch (statement.kind) {
      case 'session':
        return 'done';
      case 'grants':
        return grantsOf(this.#host.faults);
      case 'select': {
        const table = statement.from === undefined ? undefined : this.#viewOf(statement.from);
        return select(statement, table, sceneOf(this.#host));
      }
      case 'add-servers':
        // One after the other, as the original: those before a refused one stay added.
        for (const address of statement.servers) await this.#add(address, statement.zone);
        return 'done';
      case 'delete-servers':
        for (const address of statement.servers) this.#delete(address);
        return 'done';
    }
  }

  #viewOf(name: string): SqlTable {
    return viewOf(this.#state, name, this.#host.release.line);
  }

  async #add(address: ServerAddress, zone: string | undefined): Promise<void> {
    const probe = await this.#ask<ServerProbe>(address, { op: 'probe' });
    const clusterId = this.#cluster.id;
    this.#change(addServer(this.#state, address, { probe, clusterId, zone, nowMs: Date.now() }));
    this.#log.info(`added server ${address.ip}:${address.port}`);
    const rootServer = { host: this.#host.ip, port: this.#host.rpcPort };
    await this.#ask(address, { op: 'join', rootServer });
  }

  #delete(address: ServerAddress): void {
    this.#change(markDeleting(this.#state, address, Date.now()));
    this.#log.info(`deleting server ${address.ip}:${address.port}`);
    this.#removeLater(address);
  }

  #removeLater(address: ServerAddress): void {
    setTimeout(() => {
      this.#change(removeServer(this.#state, address));
      this.#log.info(`deleted server ${address.ip}:${address.port}`);
      // A server that is down learns it never; its row is gone all the same.
      this.#ask(address, { op: 'leave' }).catch(() => undefined);
    }, this.#host.deleteServerDelayMs);
  }

  async #ask<T = LineMessage>({ ip, port }: ServerAddress, message: object): Promise<T> {
    try {
      return (await askOnce({ host: ip, port, timeoutMs: probeTimeoutMs, message })) as T;
    } catch {
      throw new SqlRefusal(sqlErrors.notConnected, `cannot connect to server: '${ip}:${port}'`);
    }
  }

  #change(state: ClusterState): void {
    this.#state = state;
    writeJsonFile(this.#stateFile, state);
  }
}
