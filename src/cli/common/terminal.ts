import { printable } from './output.js';

/** Prints a result: standard output has only results, so that it can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints other information for people. It may contain text from a server. */
export function tell(text: string): void {
  process.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
}
