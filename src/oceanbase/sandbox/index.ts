export { faultKinds, parseFault, type SandboxFault, type SandboxFaultKind } from './faults.ts';
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
export { startSandbox, type Sandbox } from './sandbox.ts';
export { standInNotice } from './stand-in-notice.ts';
