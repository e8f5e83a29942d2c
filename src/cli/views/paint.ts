import { styleText } from 'node:util';

/** What a piece of text means, as a colour tells it. */
export type Tone = 'good' | 'bad' | 'busy' | 'odd' | 'quiet' | 'strong';

/** Gives text its colour, or leaves it as it is. */
export type Paint = (tone: Tone | undefined, text: string) => string;

const styles = {
  good: 'green',
  bad: 'red',
  busy: 'cyan',
  odd: 'yellow',
  quiet: 'dim',
  strong: 'bold',
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

/** Paints, or does not. */
export function paintedWith(isColoured: boolean): Paint {
  if (!isColoured) return plain;
  return (tone, text) =>
    tone === undefined || text === '' ? text : styleText(styles[tone], text, { validateStream: false });
}

/** Leaves text as it is. */
export const plain: Paint = (_tone, text) => text;
