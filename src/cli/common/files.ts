import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { CliError, EXIT, messageOf } from './errors.js';
import { shellWord } from './shell.js';

/** Reads a file that the user named, as text. */
export async function readTextFile(file: string, maxBytes: number): Promise<string> {
  return (await readBinaryFile(file, maxBytes)).toString('utf8');
}

/** @throws CliError when the file cannot be read or is too large. */
export async function readBinaryFile(file: string, maxBytes: number): Promise<Buffer> {
  const content = await readFile(file).catch((error: unknown) => {
    throw new CliError(`cannot read ${file}: ${messageOf(error)}`, EXIT.usage);
  });
  if (content.length > maxBytes) throw new CliError(`${file} has more than ${maxBytes} bytes`, EXIT.usage);
  return content;
}

/** Replaces a file atomically; the new one has mode 0600. */
export async function writePrivateFile(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Makes sure that other users can neither read nor change what is kept under a path; what does not exist is private.
 *
 * @throws CliError with the command that mends it.
 */
export async function requirePrivate(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found === null) return;
  const isFolder = found.isDirectory();
  // A folder shows at most names to those who may only read it.
  const open = found.mode & (isFolder ? 0o022 : 0o077);
  if (open === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  throw new CliError(
    `${path} is open to other users of this machine (mode ${mode})`,
    EXIT.usage,
    `chmod ${isFolder ? '700' : '600'} ${shellWord(path)}`,
  );
}
