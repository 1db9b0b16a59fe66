const SPACE = 0x20;
const UNDERSCORE = 0x5f;

/** Bytes as the hash sees them. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => (byte === SPACE ? UNDERSCORE : byte));

/**
 * FNV-1a over the even and the odd bytes, which the processor computes in parallel, with murmur's finaliser so that the
 * low bits depend on every byte. A space counts as an underscore, because Linux writes spaces in measured names that
 * way.
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let [even, odd] = [seed, ~seed];
  const last = end - 1;
  let at = start;
  for (; at < last; at += 2) {
    even = Math.imul(even ^ (FOLDED[bytes[at] as number] as number), 0x01000193);
    odd = Math.imul(odd ^ (FOLDED[bytes[at + 1] as number] as number), 0x01000193);
  }
  if (at < end) even = Math.imul(even ^ (FOLDED[bytes[at] as number] as number), 0x01000193);
  let hash = even ^ Math.imul(odd, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Whether the listed bytes at `from` equal the name, or the part of one, `bytes[start..end)`. */
export function isName(listed: Uint8Array, from: number, bytes: Uint8Array, start: number, end: number): boolean {
  const shift = from - start;
  for (let at = start; at < end; at += 1) if (listed[at + shift] !== bytes[at]) return false;
  return true;
}

/**
 * The same for a name from a log: Linux writes a space in a measured name as an underscore
 * (`ima_write_template_field_data`), so `/a_b` in a log may be `/a b` in a list.
 */
export function isNameInLog(listed: Uint8Array, from: number, bytes: Uint8Array, start: number, end: number): boolean {
  const shift = from - start;
  for (let at = start; at < end; at += 1) {
    const byte = listed[at + shift];
    if (byte !== bytes[at] && (byte !== SPACE || bytes[at] !== UNDERSCORE)) return false;
  }
  return true;
}
