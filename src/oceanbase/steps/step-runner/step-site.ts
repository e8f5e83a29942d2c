import type { ServerSite } from '../site.ts';

/** What a command is run with on a host. */
export type StepSite = Pick<ServerSite, 'shell'> & {
  readonly services: Pick<ServerSite['services'], 'pollIntervalMs'>;
};
