import type { TaskContext } from 'precede';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addObserver, makeDirectories, startObserver, installRpm } from '../../../src/oceanbase/index.ts';
import type { DatabaseSession } from '../../../src/oceanbase/database/database-session.ts';
import { readServer } from '../../../src/oceanbase/steps/server-view.ts';
import type { ObServices } from '../../../src/oceanbase/steps/services.ts';
import { openSite } from '../../../src/oceanbase/steps/site.ts';
import { server, setupSteps, type StepSetup } from './sandbox-setup.ts';

let setup: StepSetup;

beforeAll(async () => {
  setup = await setupSteps({ deleteServerDelayMs: 50 });
  for (const step of [installRpm(server), makeDirectories(server), startObserver(server)]) {
    await step.run(setup.context());
    await step.end?.(setup.context());
  }
}, 60_000);

afterAll(async () => {
  await setup.close();
}, 30_000);

/** A context in which every statement that changes the cluster arrives a moment after the same one of a dead process. */
function overtaken(): TaskContext {
  const context = setup.context();
  const twice = (session: DatabaseSession): DatabaseSession => ({
    ...session,
    execute: async (statement, options) => {
      await session.execute(statement, options);
      return await session.execute(statement, options);
    },
  });
  return {
    ...context,
    use: (service) => {
      const services = context.use(service) as ObServices;
      const databases = { session: (id: number | string) => twice(services.databases.session(id)) };
      return { ...services, databases } as ReturnType<typeof context.use<never>>;
    },
  };
}

async function seen() {
  return await readServer(setup.context(), await openSite(setup.context(), server));
}

/** A server that was in the cluster before is not empty, and would not be taken again. */
async function emptyServer(): Promise<void> {
  await startObserver(server).undo?.(setup.context());
  await startObserver(server).run(setup.context());
  await startObserver(server).end?.(setup.context());
}

async function recordMembership(membership: boolean): Promise<void> {
  const row = await setup.server();
  await setup.inventory(async ({ servers }) => {
    if (row) await servers.put({ ...row, effects: { ...row.effects, membership } });
  });
}

describe('a statement that a dead process has sent, too', () => {
  it('fails when the run had not sent it before: somebody else has added the server, and undo leaves it', async () => {
    await expect(addObserver(server).run(overtaken())).rejects.toMatchObject({ code: 'DB_STATEMENT_FAILED' });
    expect((await setup.server())?.effects.membership).toBe(false);
    await addObserver(server).undo?.(setup.context());
    expect(await seen()).toBeDefined();
  });

  it("has deleted the server once, when it is the undo's", async () => {
    await recordMembership(true);
    await addObserver(server).undo?.(overtaken());
    expect(await seen()).toBeUndefined();
    expect((await setup.server())?.effects.membership).toBe(false);
  });

  it('has added the server once, when the run had sent it before', async () => {
    await emptyServer();
    await recordMembership(true);
    expect(await addObserver(server).run(overtaken())).toMatchObject({ status: 'ACTIVE' });
    expect((await setup.server())?.effects.membership).toBe(true);
  });

  it('is not sent by a process that may have lost the run', async () => {
    await addObserver(server).undo?.(setup.context());
    const fenced = {
      ...setup.context(),
      throwIfFenced: () => {
        throw new Error('the lease is lost');
      },
    };
    await expect(addObserver(server).run(fenced)).rejects.toThrow('the lease is lost');
    expect(await seen()).toBeUndefined();
  });
});
