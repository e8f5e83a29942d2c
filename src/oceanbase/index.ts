export type { DatabaseAddress } from './database/database-address.ts';
export {
  createDatabaseConnections,
  type DatabaseConnections,
  type DatabaseConnectionsOptions,
} from './database/database-connections.ts';
export { DatabaseError, StatementFailedError, type DatabaseErrorCode } from './database/database-error.ts';
export type { DatabaseSession, ExecuteResult, SqlOptions } from './database/database-session.ts';
export type { Dialect, ServerAddress, ServerForm } from './database/dialect.ts';
export { dialect2x } from './database/dialect-2x.ts';
export { dialect4x } from './database/dialect-4x.ts';
export { dialectOf } from './database/dialect-of.ts';
export { isServing, type ServerRow, type ZoneRow } from './database/server-row.ts';
export { CommandFailedError } from './host/command-failed-error.ts';
export type { HostAddress } from './host/host-address.ts';
export { createHostConnections, type HostConnections, type HostConnectionsOptions } from './host/host-connections.ts';
export { CommandOutcomeUnknownError, HostSessionError, type HostErrorCode } from './host/host-session-error.ts';
export type { ExecOptions, ExecResult, HostSession } from './host/host-session.ts';
export { runCommand } from './host/run-command.ts';
export { sh, ShellCommand, type ShellValue } from './host/shell-command.ts';
export { fingerprintOfLine, scanHostKey, type ScannedKey, type ScanTarget } from './host/scan-host-key.ts';
export { shellQuote } from './host/shell-quote.ts';
export { choosePackage, type PackageWish } from './inventory/choose-package.ts';
export type { ClusterRecord, ClusterStatus, RootServer } from './inventory/cluster-record.ts';
export {
  documentedHostRequirements,
  standInHostRequirements,
  type HostRequirements,
} from './inventory/host-requirements.ts';
export {
  clusterServiceName,
  withoutService,
  type HostRecord,
  type HostService,
  type HostStatus,
  type ServiceType,
} from './inventory/host-record.ts';
export { importInventory } from './inventory/import-inventory.ts';
export { clusterIn, readInventoryRows, type InventoryRows } from './inventory/inventory-rows.ts';
export { inventoryOf, serverOnHost, type Inventory, type Records, type ZoneId } from './inventory/inventory.ts';
export type {
  ClusterDescription,
  HostDescription,
  InventoryDescription,
  PackageDescription,
  ZoneDescription,
} from './inventory/inventory-description.ts';
export { describeInventory } from './inventory-file/describe-inventory.ts';
export type { FieldChange } from './inventory-file/field-changes.ts';
export type {
  DescribedCluster,
  DescribedHost,
  DescribedPackage,
  DescribedZone,
  FleetDescription,
} from './inventory-file/fleet-description.ts';
export { importFleet, type FleetChange, type FleetImport } from './inventory-file/import-fleet.ts';
export { inventoryJsonSchema } from './inventory-file/inventory-schema.ts';
export {
  probeFleet,
  type ClusterProbe,
  type FleetProbe,
  type HostProbe,
  type ProbeOptions,
} from './inventory-file/probe-fleet.ts';
export type { HostFindings } from './inventory-file/probe-host.ts';
export { readInventoryFile, type ReadOptions } from './inventory-file/read-inventory-file.ts';
export { inventoryEntries, writeInventory } from './inventory-file/write-inventory-file.ts';
export { installedName, type PackageRecord } from './inventory/package-record.ts';
export { registerSandbox } from './inventory/register-sandbox.ts';
export { resolveSecret, type SecretRef } from './inventory/secret-ref.ts';
export { noEffects, type ServerEffects, type ServerRecord, type ServerStatus } from './inventory/server-record.ts';
export type { ZoneRecord, ZoneStatus } from './inventory/zone-record.ts';
export { pollUntil, PollError, type PollAnswer, type PollClock, type PollOptions } from './poll.ts';
export { isSameStart, type ProcessStart } from './process-start.ts';
export * from './sandbox/index.ts';
export { addObserver, type AddedServer } from './steps/add-observer.ts';
export type { HostFacts } from './steps/host-facts.ts';
export { installRpm } from './steps/install-rpm.ts';
export { makeDirectories } from './steps/make-directories.ts';
export { oceanbaseServices, type OceanbaseServicesOptions, type OpenedServices } from './steps/oceanbase-services.ts';
export type { ObserverProcess } from './steps/observer-process.ts';
export { preCheckForInstall, type PreCheckReport } from './steps/pre-check.ts';
export { prepareAddObserver } from './steps/prepare-add-observer.ts';
export { reserveHosts } from './steps/reserve-hosts.ts';
export { restartObserver, type Restart } from './steps/restart-observer.ts';
export { oceanbase, type ObServices } from './steps/services.ts';
export { startAgent } from './steps/start-agent.ts';
export { startObserver } from './steps/start-observer.ts';
export type { ServerStep, ServerToAdd, StartupParameter, Step } from './steps/step.ts';
export { syncClusterInfo, type ClusterInfo } from './steps/sync-cluster-info.ts';
export {
  updateClusterStatus,
  updateServerStatus,
  updateZoneStatus,
  type UpdatedStatus,
} from './steps/update-statuses.ts';
export { waitObserverActive, type ServingServers } from './steps/wait-observer-active.ts';
