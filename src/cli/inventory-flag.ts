import { Option, type Command } from 'commander';
import { importFleet, inventoryOf, type FleetDescription } from '../oceanbase/index.ts';
import { memoryStore } from '../store/index.ts';
import type { Plan } from '../plan/index.ts';
import type { Tables, Workflow } from '../workflow/index.ts';
import type { InputDefaults } from './input-flags.ts';
import { openExistingStore, storeExists } from './store-place.ts';

/** Adds the flag that names an inventory file. */
export function withInventoryFlag(command: Command): Command {
  const flag = new Option('--inventory <file>', 'real hosts: take this file into the inventory first');
  return command.addOption(flag.conflicts(['sandbox', 'sandboxDir']));
}

/** Takes something into the inventory, in the transaction that the tables belong to. */
export type Registration = (tables: Tables, nowMs: number) => Promise<unknown>;

/** Takes what a file describes into the inventory. */
export function registrationOf(fleet: FleetDescription): Registration {
  return (tables, nowMs) => importFleet(tables, fleet, nowMs);
}

/** The workflow, which first takes its hosts into the inventory, in the very commit that admits or reopens a run. */
export function withRegistration(workflow: Workflow, register: Registration): Workflow {
  const { admit, reopen } = workflow.hooks;
  return Object.freeze({
    ...workflow,
    hooks: Object.freeze({
      ...workflow.hooks,
      admit: async (request: Parameters<typeof admit>[0]) => {
        await register(request.tables, request.nowMs);
        return await admit(request);
      },
      reopen: async (request: Parameters<typeof reopen>[0]) => {
        await register(request.tables, request.nowMs);
        await reopen(request);
      },
    }),
  });
}

/** What add-ob-server is asked for when the command line does not say: the only cluster, and its only zone. */
export function fleetInput({ clusters }: FleetDescription): InputDefaults {
  return onlyPlace(clusters.map(({ id, zones }) => ({ id, zones: zones.map(({ name }) => name) })));
}

/** The same from what a store knows; nothing when it does not exist. */
export async function storedInput(storeFile: string): Promise<InputDefaults> {
  if (!storeExists(storeFile)) return {};
  const store = openExistingStore(storeFile);
  try {
    return await store.transact(async (tables) => {
      const inventory = inventoryOf(tables);
      const zones = await inventory.zones.list();
      const clusters = await inventory.clusters.list();
      return onlyPlace(
        clusters.map(({ id }) => ({
          id,
          zones: zones.filter(({ clusterId }) => clusterId === id).map(({ name }) => name),
        })),
      );
    });
  } finally {
    await store.close();
  }
}

/** Asks the workflow whether it would admit the run to a store that knows the file and nothing else. */
export async function rehearseOnFile(plan: Plan, fleet: FleetDescription): Promise<void> {
  const store = memoryStore();
  try {
    await store.transact(async (tables) => {
      const nowMs = Date.now();
      await importFleet(tables, fleet, nowMs);
      await plan.workflow.hooks.admit({ input: plan.input, tables, runId: 1, nowMs });
    });
  } finally {
    await store.close();
  }
}

function onlyPlace(clusters: readonly { readonly id: number; readonly zones: readonly string[] }[]): InputDefaults {
  const [cluster, ...others] = clusters;
  if (!cluster || others.length > 0) return {};
  const [zoneName, ...otherZones] = cluster.zones;
  const zone = zoneName !== undefined && otherZones.length === 0 ? { zoneName } : {};
  return { clusterId: cluster.id, ...zone };
}
