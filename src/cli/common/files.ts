import { readFile } from 'node:fs/promises';
import { CliError, EXIT, messageOf } from './errors.js';

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
