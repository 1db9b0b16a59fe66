/** From when until when something lasts; until null while it does. */
interface Lasting {
  readonly since: string;
  readonly until: string | null;
}

/** A part of the picture, in thousandths of its width. */
export interface Part {
  readonly start: number;
  readonly width: number;
}

/** The width of the picture. */
export const PICTURE_WIDTH = 1000;
/** What lasted a moment is still seen. */
const WIDTH_MIN = 4;

/** Where a band lies in the picture; null for one that lies outside of it. */
export function partOf({ since, until }: Lasting, from: number, to: number): Part | null {
  const begins = Math.max(Date.parse(since), from);
  const ends = Math.min(until === null ? to : Date.parse(until), to);
  if (ends < begins || to <= from) return null;
  const start = ((begins - from) / (to - from)) * PICTURE_WIDTH;
  const width = Math.max(((ends - begins) / (to - from)) * PICTURE_WIDTH, WIDTH_MIN);
  return { start: Math.min(start, PICTURE_WIDTH - WIDTH_MIN), width };
}
