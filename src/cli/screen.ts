import type { Output } from './output.ts';

const escape = '\u001b[';
const hideCursor = `${escape}?25l`;
const showCursor = `${escape}?25h`;
const eraseBelow = `${escape}0J`;

/** A block of lines at a terminal, redrawn in place. */
export interface Screen {
  /** Draws the lines over those drawn before. They must fit into the terminal. */
  draw(lines: readonly string[]): void;
  /** Leaves what was drawn last and gives the cursor back. Safe twice. */
  end(): void;
}

/** A screen at the place where the cursor stands. */
export function openScreen(output: Output): Screen {
  let drawn: readonly string[] = [];
  let isOpen = false;
  const end = (): void => {
    if (isOpen) output.write(showCursor);
    isOpen = false;
    process.off('exit', end);
  };
  // A process that is told to leave at once must not leave its terminal without a cursor.
  process.on('exit', end);
  return {
    draw: (lines) => {
      if (isOpen && lines.join('\n') === drawn.join('\n')) return;
      const up = drawn.length === 0 ? '' : `${escape}${drawn.length}A`;
      output.write(`${isOpen ? '' : hideCursor}${up}\r${eraseBelow}${lines.join('\n')}\n`);
      drawn = lines;
      isOpen = true;
    },
    end,
  };
}
