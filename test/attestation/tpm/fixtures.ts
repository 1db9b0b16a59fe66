import { readFileSync } from 'node:fs';

const ROOT = new URL('../../fixtures/tpm/', import.meta.url);

/** A recorded file's bytes, copied out of Node's shared pool so that `buffer` holds nothing else. */
export function fixture(path: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(path, ROOT)));
}

/** A recorded file of hexadecimal text. */
export function hexFixture(path: string): Buffer {
  return Buffer.from(textFixture(path).trim(), 'hex');
}

export function textFixture(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** What `parse` throws; fails when it throws nothing. */
export function thrownBy(parse: () => unknown): unknown {
  try {
    parse();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, got none');
}
