import { Buffer } from 'node:buffer';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;
/** A bit that no value of a character has. */
const OTHER = 64;
const VALUES = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value < 0 ? OTHER : value;
});

/**
 * Decodes base64 in its one canonical form: whole groups, and zeros where the padding stands. Null for any other text.
 * Node's own decoder skips characters that are not base64; to find them takes encoding its result again.
 */
export function decodeBase64(text: string): Buffer | null {
  const { length } = text;
  if (length === 0 || length % 4 !== 0) return null;
  const padding = text.charCodeAt(length - 1) !== PADDING ? 0 : text.charCodeAt(length - 2) !== PADDING ? 1 : 2;
  const bytes = Buffer.allocUnsafe((length / 4) * 3 - padding);
  const whole = padding === 0 ? length : length - 4;
  let others = 0;
  let to = 0;
  for (let at = 0; at < whole; at += 4) {
    const [a, b, c, d] = [valueAt(text, at), valueAt(text, at + 1), valueAt(text, at + 2), valueAt(text, at + 3)];
    others |= a | b | c | d;
    bytes[to] = (a << 2) | (b >> 4);
    bytes[to + 1] = (b << 4) | (c >> 2);
    bytes[to + 2] = (c << 6) | d;
    to += 3;
  }
  if (padding > 0) {
    const [a, b] = [valueAt(text, whole), valueAt(text, whole + 1)];
    const c = padding === 1 ? valueAt(text, whole + 2) : 0;
    // What the padding cuts off has to be zero.
    others |= a | b | c | ((padding === 1 ? c & 0x3 : b & 0xf) && OTHER);
    bytes[to] = (a << 2) | (b >> 4);
    if (padding === 1) bytes[to + 1] = (b << 4) | (c >> 2);
  }
  return (others & OTHER) === 0 ? bytes : null;
}

function valueAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < VALUES.length ? (VALUES[code] as number) : OTHER;
}
