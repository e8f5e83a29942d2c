import { describe, expect, it } from 'vitest';
import { emptyDirectory, precede } from './support/precede.ts';
import { expectRefused } from './support/refused.ts';

describe('a plan of 10,000 hosts', { timeout: 120_000 }, () => {
  const plan = ['plan', 'add-ob-server', '--zone', 'zone2', '--servers'];

  it('is a text of a page', async () => {
    const { status, stdout } = await precede([...plan, '10000'], { cwd: emptyDirectory() });
    expect(status).toBe(0);
    expect(stdout).toContain('\n80013 tasks, 160004 edges, 21 waves;');
    expect(stdout).toContain('host:* 1 of 1 (10000 of them)');
    expect(stdout.split('\n').length).toBeLessThan(60);
  });

  it('comes as JSON to whoever reads slowly, whole', async () => {
    const { status, stdout } = await precede([...plan, '10000', '--format', 'json'], { cwd: emptyDirectory() });
    expect(status).toBe(0);
    const { tasks, totals } = JSON.parse(stdout) as { tasks: { number: number }[]; totals: object };
    expect(totals).toMatchObject({ tasks: 80_013 });
    expect(tasks.every(({ number }, index) => number === index + 1)).toBe(true);
    expect(tasks).toHaveLength(80_013);
  });

  it('is the largest there is', async () => {
    expectRefused(await precede([...plan, '10001'], { cwd: emptyDirectory() }), 'INVALID_SERVERS', 'from 1 to 10000');
  });
});
