const ZERO = 0x30;

/** Whether all of `log[start..end)` is the digit 0. */
export function isZero(log: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (log[at] !== ZERO) return false;
  return true;
}

/** Whether `log[start..end)` is this ASCII text. */
export function isText(log: Uint8Array, text: string, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at += 1) if (log[at] !== text.charCodeAt(at - start)) return false;
  return true;
}
