import { createReadStream } from 'node:fs';
import { askHidden } from './ask.js';
import { CliError, EXIT, messageOf } from './errors.js';

const MAX_SECRET_BYTES = 4096;

/**
 * Reads a secret from a file, or from standard input for `-`, without the newline at its end. Secrets are never
 * options: every user of a machine can read the arguments of every process.
 */
export async function readSecretFile(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      size += chunk.length;
      if (size > MAX_SECRET_BYTES) throw new Error('too long for a secret');
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    throw new CliError(`cannot read ${file}: ${messageOf(error)}`, EXIT.usage);
  }
  const secret = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (secret === '') throw new CliError(`${file} is empty`, EXIT.usage);
  return secret;
}

/** Asks on the terminal without showing the input. */
export async function askSecret(label: string): Promise<string> {
  if (!process.stdin.isTTY) throw new CliError(`no terminal to ask for the ${label}; use --password-file`, EXIT.usage);
  const secret = await askHidden(`${label}: `);
  if (secret === null) throw new CliError('nothing was entered', EXIT.usage);
  return secret;
}

export function readSecret(file: string | undefined, label: string): Promise<string> {
  return file === undefined ? askSecret(label) : readSecretFile(file);
}

/** Reads a new password from a file, or asks for it twice, since the input is not shown. */
export function readNewPassword(file: string | undefined, user: string): Promise<string> {
  return file === undefined ? askNewPassword(user) : readSecretFile(file);
}

export async function askNewPassword(user: string): Promise<string> {
  const password = await askSecret(`new password of ${user}`);
  if ((await askSecret(`new password of ${user}, again`)) === password) return password;
  throw new CliError('the two are not the same', EXIT.usage);
}
