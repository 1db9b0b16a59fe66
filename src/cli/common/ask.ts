import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Whether somebody can be asked. */
export const canAsk = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY);

/** Asks on the terminal and shows the answer; null when the user interrupts. */
export function ask(question: string): Promise<string | null> {
  return readLine(question, process.stderr);
}

/** Asks on the terminal without showing the answer; null when the user interrupts. */
export async function askHidden(question: string): Promise<string | null> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await readLine(question, nowhere);
  } finally {
    process.stderr.write('\n');
  }
}

async function readLine(question: string, output: NodeJS.WritableStream): Promise<string | null> {
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  // Asks only after the terminal is read: an immediate answer, for example a paste, must not be shown if it is hidden.
  if (output !== process.stderr) process.stderr.write(question);
  const interrupted = new AbortController();
  terminal.once('SIGINT', () => interrupted.abort());
  terminal.once('close', () => interrupted.abort());
  try {
    return await terminal.question(output === process.stderr ? question : '', { signal: interrupted.signal });
  } catch {
    return null;
  } finally {
    terminal.close();
  }
}
