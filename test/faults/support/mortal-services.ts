import { provide, type ProvidedService } from 'precede';
import type { DatabaseSession } from '../../../src/oceanbase/database/database-session.ts';
import type { HostSession } from '../../../src/oceanbase/host/host-session.ts';
import { oceanbase, type ObServices } from '../../../src/oceanbase/steps/services.ts';
import type { StoreProcess } from '../../support/crashing-store.ts';

/** The services of a process that can be made to end at any call to a host or to the database. */
export function mortalServices(
  services: readonly ProvidedService[],
  process: StoreProcess,
): readonly ProvidedService[] {
  const real = services.find(({ name }) => name === oceanbase.name)?.implementation as ObServices;
  return [
    provide(oceanbase, {
      ...real,
      hosts: { session: (id) => mortalHost(real.hosts.session(id), process) },
      databases: { session: (id) => mortalDatabase(real.databases.session(id), process) },
    }),
  ];
}

function mortalHost(session: HostSession, process: StoreProcess): HostSession {
  return {
    hostId: session.hostId,
    exec: (command, options) =>
      process.call({ call: 'remote', about: shapeOf(command.text) }, () => session.exec(command, options)),
    close: () => session.close(),
  };
}

function mortalDatabase(session: DatabaseSession, process: StoreProcess): DatabaseSession {
  return {
    ...session,
    query: (statement, options) =>
      process.call({ call: 'remote', about: shapeOf(statement.text) }, () => session.query(statement, options)),
    execute: (statement, options) =>
      process.call({ call: 'remote', about: shapeOf(statement.text) }, () => session.execute(statement, options)),
  };
}

/** What is sent, but for what differs from run to run: tokens, process ids, times. */
function shapeOf(text: string): string {
  return text.replaceAll(/[\da-z]{8}-\d+-(\d+)-/g, 'TOKEN-$1-').replaceAll(/\d{3,}/g, 'N');
}
