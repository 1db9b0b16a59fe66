import type { Command } from 'commander';
import { CliError } from '../common/errors.js';
import { withExample } from '../common/verb.js';

interface ServeOptions {
  readonly domains?: string;
  readonly host?: string;
  readonly port?: string;
  readonly demo?: boolean;
}

export function registerServe(command: Command): void {
  command
    .option('--domains <names>', 'serve these domains only, with commas between them (or BAILIWICK_DOMAINS)')
    .option('--host <address>', 'the address to listen on (or BAILIWICK_HOST)')
    .option('--port <number>', 'the port to listen on; 0 takes a free one (or BAILIWICK_PORT)')
    .option('--demo', 'serve a demo of its own, with simulated machines, to this machine only; see demo remove')
    .action(async ({ domains, host, port, demo }: ServeOptions) => {
      const { startFailure } = await import('../../process/start-failures.js');
      const flags = {
        ...(domains !== undefined && { BAILIWICK_DOMAINS: domains }),
        ...(host !== undefined && { BAILIWICK_HOST: host }),
        ...(port !== undefined && { BAILIWICK_PORT: port }),
      };
      await start(flags, demo).catch((error: unknown) => {
        if (error instanceof CliError) throw error;
        const { line, exitCode } = startFailure(error);
        throw new CliError(line, exitCode);
      });
    });
  withExample(command, 'bailiwick serve --domains identity,audit --port 8080');
}

async function start(flags: Readonly<Record<string, string>>, isDemo = false): Promise<void> {
  if (!isDemo) return (await import('../../process/serve.js')).serve(flags);
  return (await import('../../demo/start.js')).startDemo({ ...process.env, ...flags });
}
