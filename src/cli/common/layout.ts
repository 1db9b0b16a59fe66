const CODES = { red: 31, green: 32, yellow: 33, gray: 90 } as const;
export type Color = keyof typeof CODES;

/** A value as it is printed. */
export interface Cell {
  readonly text: string;
  readonly color?: Color;
  /** Whether it is cut only when nothing else is left to cut. */
  readonly isRigid?: boolean;
  /** Whether it says which object a line is about: people copy it, so others are cut before it. */
  readonly isName?: boolean;
}

/** Where lines appear. */
export interface Screen {
  /** Characters in a line. */
  readonly width: number;
  readonly hasColor: boolean;
}

/** What is no terminal. */
export const PAGE: Screen = { width: 80, hasColor: false };

/** Spaces between columns. */
export const GAP = 2;
const UNCUT = Number.POSITIVE_INFINITY;
/** The least that is left of each kind of column, in one step after another until the lines fit. */
const STEPS: readonly Readonly<Record<Kind, number>>[] = [
  { other: 14, name: UNCUT, rigid: UNCUT },
  { other: 14, name: 24, rigid: UNCUT },
  { other: 6, name: 6, rigid: UNCUT },
  { other: 1, name: 1, rigid: 1 },
];
type Kind = 'other' | 'name' | 'rigid';

/** Puts cells below each other, with two spaces between columns; cuts columns until the lines fit. */
export function layOut(lines: readonly (readonly Cell[])[], { width, hasColor }: Screen): string {
  const columns = (lines[0] ?? []).map((_, index) => lines.flatMap((line) => line[index] ?? []));
  const natural = columns.map((cells) => cells.reduce((most, { text }) => Math.max(most, lengthOf(text)), 0));
  const kinds = columns.map((cells): Kind => {
    if (cells.some(({ isRigid }) => isRigid)) return 'rigid';
    return cells.some(({ isName }) => isName) ? 'name' : 'other';
  });
  const widths = narrow(natural, kinds, width - GAP * (columns.length - 1));
  const place = ({ text, color }: Cell, index: number) => {
    const shown = cut(text, widths[index] ?? 0);
    const space = index === columns.length - 1 ? 0 : (widths[index] ?? 0) - lengthOf(shown) + GAP;
    return `${paint(shown, color, { hasColor })}${' '.repeat(space)}`;
  };
  return lines.map((line) => line.map(place).join('')).join('\n');
}

/** Text in lines of at most this width, as far as it has spaces: what has none, such as an id, stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || lengthOf(line) + 1 + lengthOf(word) > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Text in a color, on a screen that has colors. */
export const paint = (text: string, color: Color | undefined, { hasColor }: Pick<Screen, 'hasColor'>): string =>
  hasColor && color ? `\u001b[${CODES[color]}m${text}\u001b[39m` : text;

const lengthOf = (text: string) => [...text].length;

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

/** The widths of columns in the given room: in each step the widest are cut first. */
function narrow(natural: readonly number[], kinds: readonly Kind[], room: number): number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width, 0);
  for (const least of STEPS)
    while (total() > room) {
      const canGive = (width: number, index: number) => width > least[kinds[index] ?? 'other'];
      const most = Math.max(...widths.filter(canGive));
      const index = widths.findIndex((width, at) => width === most && canGive(width, at));
      if (index < 0) break;
      widths[index] = most - 1;
    }
  return widths;
}
