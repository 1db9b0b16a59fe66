import type { Command } from 'commander';
import { withContext } from '../common/contexts.js';
import { writeCredentials } from '../common/credentials-file.js';
import { CliError, EXIT } from '../common/errors.js';
import { scopeOptions } from '../common/scopes.js';
import { readNewPassword, readSecret } from '../common/secrets.js';
import { note, openSession, type Session } from '../common/session.js';
import { verb } from '../common/verb.js';
import { addScope, issueToken } from './issuing.js';

interface ChangeOptions {
  readonly passwordFile?: string;
  readonly newPasswordFile?: string;
}

export function registerPassword(noun: Command): void {
  verb(noun, 'change', 'change your own password, and end your other sessions', 'bailiwick password change')
    .option('--password-file <file>', 'read the present password from a file, or from standard input for -')
    .option('--new-password-file <file>', 'read the new one from a file, or from standard input for -')
    .addHelpText('after', '\nFor another user: bailiwick user set-password.')
    .action(async (options: ChangeOptions, self: Command) => change(await openSession(self), options));
}

/** Logs in again with the new password, since it ends all sessions. */
async function change(session: Session, { passwordFile, newPasswordFile }: ChangeOptions): Promise<void> {
  const { connection, credentials, context: name, environment } = session;
  const earlier = name === null ? undefined : credentials.contexts[name];
  if (name === null || earlier === undefined)
    throw new CliError(`not logged in to ${connection.server}`, EXIT.denied, connection.remedy);
  const { scoped, ...context } = earlier;
  const { user, domain } = context;
  const password = await readSecret(passwordFile, `password of ${user}`);
  const newPassword = await readNewPassword(newPasswordFile, user);
  const unscoped = await issueToken(session, { password: { user, domain, password, newPassword } }, null);
  const keep = (kept: typeof earlier) => writeCredentials(environment.home, withContext(credentials, name, kept));
  // The new token is kept before a scope can be refused.
  await keep({ ...context, unscoped });
  if (scoped !== undefined) await keep(await addScope(session, scopeOptions(scoped.scope), { ...context, unscoped }));
  note(session, `the password of ${user} is changed, and its other sessions have ended`);
}
