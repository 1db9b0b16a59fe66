import type { Command } from 'commander';
import { CliError } from '../common/errors.js';
import { formatObject } from '../common/table.js';
import { print } from '../common/terminal.js';
import { verb } from '../common/verb.js';
import { viewOf } from '../common/view.js';

interface RecoverOptions {
  readonly user: string;
  readonly domain: string;
  readonly removeOverrides?: boolean;
  readonly passwordFile?: string;
  readonly reason?: string;
}

/** Verbs on the database itself, with the server's configuration. */
export function registerDb(noun: Command): void {
  verb(
    noun,
    'recover-admin',
    'create an administrator of the system with a new password, when nobody can log in as one',
    'bailiwick db recover-admin --user admin --reason "password lost"',
  )
    .option('--user <name>', 'the user; created if it does not exist', 'admin')
    .option('--domain <name>', "the user's domain", 'default')
    .option('--remove-overrides', 'restore the built-in checks of policies')
    .option('--password-file <file>', 'where to write the password; by default beside the data folder')
    .option('--reason <text>', 'why, for the audit log')
    .action(async ({ user, domain, removeOverrides, passwordFile, reason }: RecoverOptions, self: Command) => {
      const removesOverrides = removeOverrides ?? false;
      const path = await orRefused({ user, domain, removesOverrides, passwordPath: passwordFile, reason });
      const told = { user, domain, passwordFile: path };
      print(
        formatObject(
          viewOf(self),
          { id: user, ...told },
          {
            columns: [
              ['User', 'user'],
              ['Domain', 'domain'],
              ['Password in', 'passwordFile'],
            ],
          },
        ),
      );
    });
}

async function orRefused(recovery: Parameters<typeof import('../../process/recover.js').recover>[0]): Promise<string> {
  const [{ recover }, { startFailure }, { CannotRecover }, { UserErrors }] = await Promise.all([
    import('../../process/recover.js'),
    import('../../process/start-failures.js'),
    import('../../identity/index.js'),
    import('../../platform/errors.js'),
  ]);
  try {
    return await recover(recovery);
  } catch (error) {
    if (error instanceof CannotRecover || error instanceof UserErrors) throw new CliError(error.message);
    const { line, exitCode } = startFailure(error);
    throw new CliError(line, exitCode);
  }
}
