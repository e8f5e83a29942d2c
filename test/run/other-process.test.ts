import { describe, expect, it } from 'vitest';
import { stage } from '../support/several-processes.ts';
import { quiet } from '../support/turns.ts';

describe('an operator’s action on a run that another process has', () => {
  it('is carried out there, and answered here', async () => {
    const { workflow, tasks, process } = stage({ a: [], b: ['a'] });
    const [owner, other] = [process(), process()];
    const run = await owner.engine.start(workflow, {});
    await expect(other.engine.pause(1, { by: 'ops', dryRun: true })).resolves.toMatchObject({ isDryRun: true });
    await expect(other.engine.pause(1, { by: 'ops' })).resolves.toEqual({ runId: 1, tasks: [], isDryRun: false });
    expect(run.state).toBe('PAUSED');
    await expect(other.engine.pause(1)).rejects.toMatchObject({
      code: 'OPERATION_REFUSED',
      message: expect.stringContaining('it is PAUSED'),
    });
    await expect(other.engine.retry(1, 'z')).rejects.toMatchObject({ code: 'UNKNOWN_TASK' });
    await other.engine.resume(1);
    await tasks.a.nextAttempt().succeed();
    await tasks.b.nextAttempt().fail();
    expect((await run.outcome()).state).toBe('FAILED');
  });

  it('makes this one take the run when that process ends before it answers', async () => {
    const { workflow, tasks, process } = stage({ a: { repeatable: true } });
    const [owner, other] = [process(), process()];
    await owner.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    owner.process.kill();
    await expect(other.engine.pause(1)).resolves.toMatchObject({ runId: 1 });
    expect((await other.engine.run(1))?.state).toBe('PAUSED');
  });

  it('is not carried out twice when that process ends right after it has recorded it', async () => {
    const { workflow, tasks, process, journal } = stage({ a: { repeatable: true } });
    const [owner, other] = [process(), process()];
    await owner.engine.start(workflow, {});
    await tasks.a.nextAttempt();
    owner.process.crashAt = ({ about }) => (about === 'run-paused' ? 'after' : undefined);
    await expect(other.engine.pause(1)).resolves.toEqual({ runId: 1, tasks: [], isDryRun: false });
    expect(owner.process.hasEnded).toBe(true);
    expect((await journal()).filter(({ type }) => type === 'run-paused')).toHaveLength(1);
  });

  it('is taken by one of two who take an ended run up at once; the other is told', async () => {
    const { workflow, tasks, process } = stage({ a: [] });
    const [owner, other] = [process(), process()];
    await owner.engine.start(workflow, {});
    await tasks.a.nextAttempt().fail();
    await quiet();
    const both = await Promise.allSettled([owner.engine.retry(1), other.engine.retry(1)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'OPERATION_REFUSED' } });
  });
});
