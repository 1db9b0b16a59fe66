/** Prints what was asked for: standard output is for results only, so that it can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints what people should know beside the result. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
