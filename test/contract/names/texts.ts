/** Names that somebody, or a collation, could take for one another. Each is a name of its own. */
export const NAMES: readonly string[] = [
  // By case, also where a language has rules of its own.
  ...['a', 'A', 'b', 'B', 'z', 'Z', 'zebra', 'Zebra', 'i', 'I', 'ı', 'İ', 'ß', 'ss', 'SS', 'ς', 'Σ'],
  // By accents, as one character and as two.
  ...['ä', 'a\u0308', 'Ä', 'zébra', 'ze\u0301bra', 'å', '\u212b'],
  // By what collations look at last, or not at all.
  ...['ab', 'a b', 'a-b', 'a_b', '0', '9', '10', 'ﬁ', 'fi', 'ａ', '%'],
  // Beyond the BMP, and the last of it, which UTF-16 orders after them.
  ...['😀', '𝐚', '\u{10ffff}', '\ue000', '名前', 'א', 'א\u05b8'],
  // What half a surrogate pair becomes on its way to a database.
  ...['\ufffd', 'a\ufffdb'],
  // As long as a name can be, in units of UTF-16.
  ...['x'.repeat(255), `${'x'.repeat(254)}y`, '名'.repeat(255), `${'😀'.repeat(127)}x`],
];

/** No names: empty, too long, blank at an end, unseen, reordering, or not to be stored. */
export const NO_NAMES: readonly string[] = [
  ...['', ' ', 'a ', ' a', 'a\u00a0', '\u3000a', 'a\n', 'a\tb', 'a\0b', '\0', 'a\u007f', 'a\u0085b'],
  ...['a\u200bb', 'a\u200db', '\u200eb', 'a\u200f', '\u202eba', 'a\u2066b', 'a\u2028b', '\ufeffa'],
  ...['a\u00adb', '\u061ca', 'a\u034fb', 'a\u3164', 'a\ufe0f', 'a\u{e0041}'],
  ...['\ud83d', '\ude00', 'a\ud800b', 'x'.repeat(256), '😀'.repeat(128)],
];

/** By code points, as bytes of UTF-8 are ordered. */
export const byCodePoints = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));
