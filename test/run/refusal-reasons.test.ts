import { describe, expect, it } from 'vitest';
import {
  OperationRefusedError,
  type Engine,
  type OperationOptions,
  type OperationRefusal,
} from '../../src/run/index.ts';
import { stage, type Drawn } from '../support/several-processes.ts';
import { setup } from '../support/setup.ts';

interface Refused {
  readonly reason: OperationRefusal;
  /** What is asked of run 1, whose task `b` has failed after `a`. */
  readonly ask: (engine: Engine, options: OperationOptions) => Promise<unknown>;
}

const refused: Readonly<Record<string, Refused>> = {
  'a state of the run that does not allow it': {
    reason: 'state',
    ask: (engine, options) => engine.resume(1, options),
  },
  'a state of the task that does not allow it': {
    reason: 'state',
    ask: (engine, options) => engine.retry(1, 'a', options),
  },
  'a task that may not be skipped': {
    reason: 'skip-forbidden',
    ask: (engine, options) => engine.skip(1, 'b', options),
  },
  'a task that cannot be undone': {
    reason: 'irreversible',
    ask: (engine, options) => engine.rollback(1, options),
  },
  'a host that no task has': {
    reason: 'unknown-name',
    ask: (engine, options) => engine.rollback(1, { ...options, pastNoReturn: true, without: ['host:9'] }),
  },
};

const drawing: Drawn<'a' | 'b'> = { a: { undo: 'irreversible' }, b: { upstream: ['a'], skippable: false } };

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error,
  );
}

describe('the refusal of an operator action', () => {
  it.each(Object.keys(refused))('says that its reason is %s, in a dry run too', async (name) => {
    const { reason, ask } = refused[name] ?? expect.fail('unknown');
    const { engine, tasks } = await setup(drawing);
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    for (const dryRun of [false, true]) {
      const error = await thrownBy(ask(engine, { dryRun }));
      expect(error).toBeInstanceOf(OperationRefusedError);
      expect(error).toMatchObject({ reason, details: { reason }, problems: [{ details: { reason } }] });
    }
  });

  it('is the same error when another process has the run', async () => {
    const { workflow, tasks, process } = stage({ a: [], b: { upstream: ['a'], skippable: false }, c: [] });
    const [owner, other] = [process(), process()];
    await owner.engine.start(workflow, {});
    await tasks.c.nextAttempt();
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    const asks: readonly Refused[] = [
      { reason: 'skip-forbidden', ask: (engine, options) => engine.skip(1, 'b', options) },
      { reason: 'state', ask: (engine, options) => engine.resume(1, options) },
    ];
    for (const { reason, ask } of asks) {
      const [here, there] = [await thrownBy(ask(owner.engine, {})), await thrownBy(ask(other.engine, {}))];
      expect(there).toBeInstanceOf(OperationRefusedError);
      expect(there).toMatchObject({ reason, details: { reason } });
      expect(told(there)).toEqual(told(here));
    }
  });
});

/** All that an error says. */
function told(error: unknown): object {
  if (!(error instanceof OperationRefusedError)) return expect.fail('another error');
  const { code, message, next, details, problems, reason } = error;
  return { code, message, next, details, problems, reason };
}
