import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { estimatePlan, planHtml, planSvg, type PlanFinding } from '../../src/plan/index.ts';
import { widePlan } from '../plan/views/html/wide-plan.ts';
import { addingPlan } from '../plan/views/plans.ts';
import { distinctBytes, headlessBrowser } from './support/browser.ts';
import { emptyDirectory, precede } from './support/precede.ts';

const timeoutMs = 120_000;
const { open } = headlessBrowser();

const finding = (task: number): PlanFinding => {
  if (task === 0) return { kind: 'done', output: { hosts: [1, 2] } };
  if (task === 3) return { kind: 'unknown', why: 'host:2 did not answer' };
  const steps = [
    { kind: 'command', host: 'host:1', text: "rpm -i '</pre><script>window.broken = 1</script>'" },
    { kind: 'sql', host: 'observer', text: 'ALTER SYSTEM ADD SERVER "10.0.0.1:2882"' },
  ] as const;
  return { kind: 'needed', steps };
};

function written(name: string, content: string): string {
  const file = join(emptyDirectory(), name);
  writeFileSync(file, content);
  return file;
}

/** The page of a dry run on two hosts: 1 -> 2 -> 3 (host:1), 1 -> 4 -> 5 (host:2), 3 and 5 -> 6 -> 7. */
function dryRunPage(): string {
  const plan = addingPlan(2);
  return written('plan.html', planHtml(plan, estimatePlan(plan), { finding }));
}

/** Fails, and stops the run. */
const workflow = `
import { defineWorkflow } from 'precede';
import { z } from 'zod';

export default defineWorkflow({
  name: 'Nasty <b>names</b> & "quotes"',
  version: '1',
  input: z.object({}),
  declare(flow) {
    const first = flow.task("</script><script>document.title = 'broken'</script>", { run: () => 1, estimateMs: 1_000 });
    const lanes = flow.forEach(['a', 'b', 'c', 'd', 'e', 'f'], (lane) => flow.task('Step', {
      upstream: { first },
      run: () => { if (lane === 'c') throw new Error('<i>lane c</i> broke'); },
    }), { key: (lane) => lane });
    flow.task('Last', { upstream: [lanes], run: () => 1, undo: 'irreversible' });
  },
});
`;

describe('the page of a plan, in a browser', () => {
  it('shows a task that is clicked, with its commands and SQL in order', { timeout: timeoutMs }, async () => {
    const { page, close } = await open(dryRunPage());
    await page.click('.graph a[href="#t3"]');
    expect(await page.textContent('#details-title')).toBe('3 Install rpm');
    expect(await page.locator('.steps li').allInnerTexts()).toEqual([
      "command on host:1\nrpm -i '</pre><script>window.broken = 1</script>'",
      'SQL on observer\nALTER SYSTEM ADD SERVER "10.0.0.1:2882"',
    ]);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    await page.click('.links a[href="#t6"]');
    expect(await page.textContent('#details-title')).toBe('6 Wait node');
    await page.goBack();
    expect(await page.textContent('#details-title')).toBe('3 Install rpm');
    await page.click('#schedule a[href="#t1"]');
    expect(await page.textContent('#details-body pre')).toContain('"hosts"');
    await page.click('#rows a[href="#t4"]');
    expect(await page.textContent('#details-body')).toContain('host:2 did not answer');
    await close();
  });

  it('is walked with the keyboard alone', { timeout: timeoutMs }, async () => {
    const { page, close } = await open(dryRunPage());
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.getAttribute("href")');
    for (const wanted of ['#tasks', '#t1']) {
      await page.keyboard.press('Tab');
      expect(await focused()).toBe(wanted);
    }
    const steps = { ArrowDown: '#t2', ArrowRight: '#t4', End: '#t7', ArrowUp: '#t6', Home: '#t1' };
    for (const [key, wanted] of Object.entries(steps)) {
      await page.keyboard.press(key);
      expect(await focused()).toBe(wanted);
    }
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.textContent('#details-title')).toBe('2 Pre check');
    expect(await page.evaluate('document.activeElement.id')).toBe('details-title');
    await page.keyboard.press('Escape');
    expect(await page.isVisible('#details')).toBe(false);
    expect(await focused()).toBe('#t2');
    // One stop for the whole graph, the next one is the schedule.
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('gantt-line');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await close();
  });

  it('narrows the list of tasks down', { timeout: timeoutMs }, async () => {
    const { page, close } = await open(dryRunPage());
    await page.fill('#filter', 'HOST:2 install');
    expect(await page.locator('#rows a').allInnerTexts()).toEqual([expect.stringContaining('Install rpm')]);
    await page.fill('#filter', '');
    await page.selectOption('#tag', 'unknown');
    expect(await page.textContent('#found')).toBe('1 of 7');
    await close();
  });

  it.each(['light', 'dark'] as const)(
    'is no blank page, and fits from 700 pixels on, %s',
    { timeout: timeoutMs },
    async (colorScheme) => {
      for (const width of [700, 1_400]) {
        const { page, close } = await open(dryRunPage(), { colorScheme, width, hash: '#t3' });
        expect(distinctBytes(await page.screenshot())).toBeGreaterThan(100);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(ground).toBe(colorScheme === 'light' ? 'rgb(246, 247, 249)' : 'rgb(17, 21, 27)');
        await close();
      }
    },
  );

  it(
    'shows 80,000 tasks: folded, quick, and with a list of those that have details',
    { timeout: timeoutMs },
    async () => {
      const plan = widePlan(10_000);
      const text = planHtml(plan, estimatePlan(plan, { limits: { 'host-*': 2 } }));
      expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
      const beganMs = performance.now();
      const { page, close } = await open(written('wide.html', text));
      await page.click('.graph a[href^="#s"] >> nth=3');
      expect(await page.textContent('#details-title')).toBe('Start observer');
      expect(await page.textContent('#details-body')).toMatch(/10,000.*and 9,900 more/);
      await page.fill('#filter', 'host-00007 restart');
      expect(await page.textContent('#found')).toMatch(/^1 of /);
      expect(performance.now() - beganMs).toBeLessThan(20_000);
      await close();
    },
  );
});

describe('pages and pictures of the command', () => {
  it('show planned against actual after a run, whatever its names', { timeout: timeoutMs }, async () => {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, 'nasty.ts'), workflow);
    expect((await precede(['run', './nasty.ts'], { cwd })).status).toBe(1);
    const html = await precede(['graph', '1', '--format', 'html'], { cwd });
    expect(html).toMatchObject({ status: 0, stderr: '' });
    const { page, close } = await open(written('run.html', html.stdout));
    expect(await page.title()).toBe('Run 1: Nasty <b>names</b> & "quotes"');
    expect(await page.locator('.actual').count()).toBeGreaterThanOrEqual(2);
    await page.selectOption('#tag', 'FAILED');
    await page.click('#rows a');
    expect(await page.textContent('pre.error')).toContain('<i>lane c</i> broke');
    await page.click('.graph a[href^="#s"]');
    expect(await page.textContent('#details-body')).toContain('1 FAILED');
    expect(distinctBytes(await page.screenshot())).toBeGreaterThan(100);
    await close();
  });

  it('show a plan and a workflow', { timeout: timeoutMs }, async () => {
    const cwd = emptyDirectory();
    for (const command of ['plan', 'graph']) {
      const html = await precede([command, 'add-ob-server', '--servers', '2', '--format', 'html'], { cwd });
      expect(html).toMatchObject({ status: 0, stderr: '' });
      const { page, close } = await open(written('plan.html', html.stdout));
      expect(await page.textContent('h1')).toBe('Add OB server');
      await close();
    }
  });

  it('are pictures that a browser reads as XML', { timeout: timeoutMs }, async () => {
    const cwd = emptyDirectory();
    writeFileSync(join(cwd, 'nasty.ts'), workflow);
    const svg = await precede(['plan', './nasty.ts', '--format', 'svg'], { cwd });
    for (const text of [svg.stdout, planSvg(addingPlan(3))]) {
      const { page, close } = await open(written('plan.svg', text));
      expect(await page.evaluate('document.documentElement.nodeName')).toBe('svg');
      expect(await page.evaluate('document.getElementsByTagName("parsererror").length')).toBe(0);
      expect(distinctBytes(await page.screenshot())).toBeGreaterThan(50);
      await close();
    }
  });
});
