import { run } from '../../src/cli/main.js';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process and gathers what it prints. */
export async function runCli(...argv: string[]): Promise<Outcome> {
  const printed = { out: '', err: '' };
  const { stdout, stderr } = process;
  const originals = { out: stdout.write, err: stderr.write };
  const gather = (name: 'out' | 'err') => (chunk: string | Uint8Array) => {
    printed[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    return true;
  };
  stdout.write = gather('out');
  stderr.write = gather('err');
  try {
    return { code: await run(argv), ...printed };
  } finally {
    Object.assign(stdout, { write: originals.out });
    Object.assign(stderr, { write: originals.err });
  }
}
