import { readFileSync } from 'node:fs';

/** Reads a file. @throws the system's Error, with the file's path even where the system leaves it out. */
export function readNamed(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
}
