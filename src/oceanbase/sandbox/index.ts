export { faultKinds, type FaultKindFacts, type SandboxFaultKind } from './fault-kinds.ts';
export { parseFault, type ClusterFault, type HeldFault, type HostFault, type SandboxFault } from './faults.ts';
export { launchSandbox, readSandbox, stopSandbox, type LaunchOptions, type SandboxStatus } from './keeper.ts';
export type {
  SandboxAccess,
  SandboxCluster,
  SandboxHost,
  SandboxPackage,
  SqlAccess,
  SshAccess,
} from './sandbox-access.ts';
export type { SandboxOptions } from './sandbox-options.ts';
export { isSandboxVersion, sandboxVersions, type SandboxVersion } from './release.ts';
export { startSandbox, type Sandbox } from './sandbox.ts';
export { standInNotice } from './stand-in-notice.ts';
