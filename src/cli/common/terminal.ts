import { printable } from './output.js';

/** Prints what was asked for: standard output is for results only, so that it can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints what people should know beside the result. What a server answered may be in it. */
export function tell(text: string): void {
  process.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
}
