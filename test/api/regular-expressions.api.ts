import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { CaseTally } from './support/case-tally.ts';

const tally = new CaseTally('S18 regular expressions');
const source = fileURLToPath(new URL('../../src', import.meta.url));
const length = 1_048_576;
const limitMs = 50;
/** What is slow once because of others is not slow every time; what takes for ever is ended. */
const tries = 5;
const endlessMs = 2_000;

interface Found {
  readonly place: string;
  readonly regex: RegExp;
}

function expressions(): readonly Found[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[jt]s$/.test(name));
  return files.flatMap((name) => {
    const file = ts.createSourceFile(name, readFileSync(join(source, name), 'utf8'), ts.ScriptTarget.Latest, true);
    const found: Found[] = [];
    const visit = (node: ts.Node): void => {
      const at = (): string => `${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        found.push({ place: at(), regex: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)) });
      }
      // The patterns of schemas are texts.
      if (
        ts.isPropertyAssignment(node) &&
        node.name.getText() === 'pattern' &&
        ts.isStringLiteralLike(node.initializer)
      ) {
        found.push({ place: at(), regex: new RegExp(node.initializer.text, 'u') });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  });
}

/** Texts that make it go far before it fails: runs of what it takes, with something at the end that it does not. */
function hostileTexts({ source: text }: RegExp): readonly string[] {
  const plain = text.replaceAll(/\\[dDwWsSbB]|\\p\{\w+\}|[()[\]{}|^$*+?]/g, '').replaceAll(/\\(.)/g, '$1');
  const atoms = new Set([...plain, ...('a0 _-.\t\n/:"\\\'<([{}])>,;=%@A\0é😀'.match(/./gsu) ?? [])]);
  const units = [
    ...[...atoms].slice(0, 10),
    'ab',
    '0a',
    'a.',
    'a,',
    ' \t',
    '\r\n',
    '\\\\',
    '""',
    '10.',
    ':a',
    '%41',
    plain,
  ].filter((unit) => unit !== '');
  const wrong = ['', '\0', '!', '\n', '\u2028'];
  return units.flatMap((unit, index) => {
    const run = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
    const end = wrong[index % wrong.length] ?? '';
    return [run + end, `${plain.slice(0, 20)}${run}${end}`];
  });
}

const context = createContext({ regex: /x/, text: '' });

/** The CPU time of this thread, not of the clock: others on the machine do not count. */
function cpuMs(regex: RegExp, text: string): number {
  Object.assign(context, { regex, text });
  regex.lastIndex = 0;
  const before = process.threadCpuUsage();
  try {
    runInContext('regex.global ? text.replace(regex, "") : regex.test(text)', context, { timeout: endlessMs });
  } catch {
    return endlessMs;
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

function leastMs(regex: RegExp, text: string): number {
  let least = Infinity;
  for (let attempt = 0; attempt < tries && least > limitMs; attempt += 1) {
    const took = cpuMs(regex, text);
    if (took === endlessMs) return endlessMs;
    least = Math.min(least, took);
  }
  return least;
}

/** A slow machine makes what is linear late: then half the text takes half as long, and that is told as just in time. */
function tookMs(regex: RegExp, text: string): number {
  const whole = leastMs(regex, text);
  if (whole < limitMs || whole > 4 * limitMs) return whole;
  const isLinear = whole < 2.5 * leastMs(regex, text.slice(0, text.length / 2));
  return isLinear ? limitMs - 1 : whole;
}

describe('every regular expression of the source', () => {
  it('is done with a megabyte of hostile text in 50 ms', { timeout: 400_000 }, () => {
    const found = expressions();
    expect(found.length).toBeGreaterThan(50);
    let texts = 0;
    let slowest = 0;
    for (const { place, regex } of found) {
      let worst = 0;
      for (const text of hostileTexts(regex)) {
        texts += 1;
        worst = Math.max(worst, tookMs(regex, text));
        if (worst >= limitMs) break;
      }
      if (worst < limitMs) slowest = Math.max(slowest, worst);
      tally.count(worst < limitMs ? undefined : `${place} ${String(regex)}: ${worst.toFixed(0)} ms`);
    }
    tally.detail(
      `${found.length} expressions, ${texts} texts of 1 MiB, slowest ${slowest.toFixed(0)} ms of CPU, least of ${tries}`,
    );
    expect(tally.failures).toEqual([]);
  });
});
