import type { Random } from './walk.js';

/** One to three edits of bytes: a bit, a byte, a piece taken out, put in, doubled or moved. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let changed = bytes;
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) changed = editBytes(random, changed);
  return changed;
}

function editBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(random.chance(0.8) ? 4 : 64));
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([
        before,
        piece.map((byte, index) => (index === 0 ? byte ^ (1 << random.below(8)) : byte)),
        after,
      ]);
    case 1:
      return Buffer.concat([before, random.bytes(piece.length), after]);
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, random.bytes(1 + random.below(4)), piece, after]);
    case 4:
      return Buffer.concat([before, piece, piece, after]);
    default:
      return Buffer.concat([after, before, piece]);
  }
}

const PIECES = ['0', 'f', 'A', ' ', '  ', '\n', '\t', '\r', '\0', '"', '\\', '{', '}', '[', ']', ':', ',', '/', '..'];
const MORE = [
  'null',
  '1e9',
  '-1',
  '\\u0000',
  '\u00e9',
  '\u{1f600}',
  '\ud800',
  '__proto__',
  'sha1:',
  'sha256:',
  '$',
  '#',
];

/** One to three edits of text, with what parsers stumble over. */
export function mutateText(random: Random, text: string): string {
  let changed = text;
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
    const at = random.below(changed.length + 1);
    const end = at + random.below(random.chance(0.8) ? 3 : 40);
    const piece = random.pick([
      () => '',
      () => random.pick(PIECES),
      () => random.pick(MORE),
      () => changed.slice(at, end).repeat(2),
      () => flipCase(changed.slice(at, end)),
      () => changed.slice(random.below(changed.length + 1)).slice(0, 1 + random.below(80)),
    ])();
    changed = changed.slice(0, at) + piece + changed.slice(end);
  }
  return changed;
}

const flipCase = (text: string) => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase());

/** One to three edits of a sequence: an element dropped, doubled, swapped or replaced. */
export function mutateList<T>(random: Random, list: readonly T[], replacement: (of: T | undefined) => T): T[] {
  const changed = [...list];
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
    const at = random.below(changed.length + 1);
    const [piece] = changed.slice(at);
    switch (random.below(4)) {
      case 0:
        changed.splice(at, 1);
        break;
      case 1:
        changed.splice(random.below(changed.length + 1), 0, ...(piece === undefined ? [] : [piece]));
        break;
      case 2:
        changed.push(...changed.splice(at, 1));
        break;
      default:
        changed.splice(at, 1, replacement(piece));
    }
  }
  return changed;
}
