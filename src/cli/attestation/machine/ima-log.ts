import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { CliError, EXIT, messageOf } from '../../common/errors.js';

const NEWLINE = 0x0a;
/** A larger log is uploaded first, since requests have a size limit. */
const MAX_INLINE_BYTES = 8 * 1024 * 1024;
const MAX_LOG_BYTES = 1024 * 1024 * 1024;

/** Reads the kernel's list of measurements. The list grows meanwhile; only complete lines count. */
export async function readImaLog(path: string): Promise<Buffer> {
  const log = await readFile(path).catch((error: unknown) => {
    throw new CliError(`cannot read the IMA log ${path}: ${messageOf(error)}`, EXIT.usage);
  });
  if (log.length > MAX_LOG_BYTES) throw new CliError(`the IMA log ${path} has more than ${MAX_LOG_BYTES} bytes`);
  return log.subarray(0, log.lastIndexOf(NEWLINE) + 1);
}

/** The entries from number `entry` on; null when the log has fewer. */
export function entriesFrom(log: Buffer, entry: number): Buffer | null {
  let start = 0;
  for (let skipped = 0; skipped < entry; skipped += 1) {
    const newline = log.indexOf(NEWLINE, start);
    if (newline < 0) return null;
    start = newline + 1;
  }
  return log.subarray(start);
}

/** Whether the log can be part of the request. File names may contain any bytes, but JSON only carries text. */
export function canTravelInline(log: Buffer): boolean {
  return log.length <= MAX_INLINE_BYTES && isUtf8(log);
}
