/** The colours of pictures and pages, by what they are for. */
export interface Palette {
  readonly page: string;
  readonly surface: string;
  readonly raised: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly edge: string;
  readonly accent: string;
  readonly accentSoft: string;
  readonly danger: string;
}

/** Texts on every ground they stand on have a contrast of 4.5 or more; lines that mean something, of 3. */
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = Object.freeze({
  light: {
    page: '#f6f7f9',
    surface: '#ffffff',
    raised: '#f3f5f8',
    text: '#17202b',
    muted: '#556171',
    line: '#d5dbe3',
    edge: '#7d8998',
    accent: '#1a5fb4',
    accentSoft: '#e4eefb',
    danger: '#b3261e',
  },
  dark: {
    page: '#11151b',
    surface: '#181d25',
    raised: '#212832',
    text: '#e8ecf1',
    muted: '#a5b0be',
    line: '#343d4a',
    edge: '#7a8797',
    accent: '#82b4f5',
    accentSoft: '#1f3048',
    danger: '#ff9b92',
  },
});
