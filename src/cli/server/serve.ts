import type { Command } from 'commander';
import { CliError } from '../common/errors.js';
import { withExample } from '../common/verb.js';

interface ServeOptions {
  readonly domains?: string;
  readonly host?: string;
  readonly port?: string;
}

export function registerServe(command: Command): void {
  command
    .option('--domains <names>', 'serve these domains only, with commas between them (or BAILIWICK_DOMAINS)')
    .option('--host <address>', 'the address to listen on (or BAILIWICK_HOST)')
    .option('--port <number>', 'the port to listen on; 0 takes a free one (or BAILIWICK_PORT)')
    .action(async ({ domains, host, port }: ServeOptions) => {
      const [{ serve }, { startFailure }] = await Promise.all([
        import('../../process/serve.js'),
        import('../../process/start-failures.js'),
      ]);
      const flags = {
        ...(domains !== undefined && { BAILIWICK_DOMAINS: domains }),
        ...(host !== undefined && { BAILIWICK_HOST: host }),
        ...(port !== undefined && { BAILIWICK_PORT: port }),
      };
      await serve(flags).catch((error: unknown) => {
        const { line, exitCode } = startFailure(error);
        throw new CliError(line, exitCode);
      });
    });
  withExample(command, 'bailiwick serve --domains identity,audit --port 8080');
}
