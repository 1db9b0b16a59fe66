import type { TextWindow } from './text-window.js';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Longer than any entry: a digest, and a path with every byte escaped. */
const MAX_LINE_BYTES = 16 * 1024;

/** Finds one line after another as `text.bytes[start..end)`, without line ends. */
export class LineReader {
  start = 0;
  end = 0;
  readonly #text: TextWindow;
  #isCut = false;

  constructor(text: TextWindow) {
    this.#text = text;
  }

  /** The 1-based number of the line. */
  get line(): number {
    return this.#text.lineAt(this.start);
  }

  /** Returns false after the last line. A line longer than any entry is cut; only its beginning is available. */
  next(): boolean {
    while (this.#isCut) this.#find();
    if (!this.#find()) return false;
    const isReturned = this.end > this.start && this.#text.bytes[this.end - 1] === CARRIAGE_RETURN;
    if (isReturned && !this.#isCut) this.end -= 1;
    return true;
  }

  #find(): boolean {
    const text = this.#text;
    for (let [searched, isOver] = [0, false]; ; ) {
      const newline = text.bytes.indexOf(NEWLINE, text.at + searched);
      const isFound = newline >= 0 && newline < text.end;
      const end = Math.min(isFound ? newline : text.end, text.at + MAX_LINE_BYTES);
      const isCut = end - text.at === MAX_LINE_BYTES;
      if (!isFound && !isCut && !isOver) {
        searched = end - text.at;
        isOver = !text.more();
        continue;
      }
      this.start = text.at;
      this.end = end;
      this.#isCut = isCut;
      text.at = isFound && !isCut ? end + 1 : end;
      return isFound || end > this.start;
    }
  }
}
