import type { InputDefaults } from './input-flags.ts';

/** What add-ob-server is asked for in a sandbox when the command line does not say: cluster 1, the second zone, every host. */
export function sandboxInput(servers: number | undefined): InputDefaults {
  const ids = servers === undefined ? {} : { servers: Array.from({ length: servers }, (_, index) => index + 1) };
  return { clusterId: 1, zoneName: 'zone2', ...ids };
}
