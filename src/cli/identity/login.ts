import type { Command } from 'commander';
import { type Context, contextName, isAlive, withContext } from '../common/contexts.js';
import { writeCredentials } from '../common/credentials-file.js';
import { ApiError } from '../common/errors.js';
import { type ScopeOptions, scopeRef, withScope } from '../common/scopes.js';
import { readSecret, readSecretFile } from '../common/secrets.js';
import { note, openLogin, type Session } from '../common/session.js';
import { withExample } from '../common/verb.js';
import { addScope, logIn } from './issuing.js';

type LoginSession = Awaited<ReturnType<typeof openLogin>>;

interface LoginOptions extends ScopeOptions {
  readonly user?: string;
  readonly domain?: string;
  readonly passwordFile?: string;
  readonly newPasswordFile?: string;
}

export function registerLogin(command: Command): void {
  withScope(command)
    .option('--user <name>', "the user's name (default: the one that logged in before, or admin)")
    .option('--domain <name>', "the user's domain (default: the one that logged in before, or default)")
    .option('--password-file <file>', 'read the password from a file, or from standard input for -')
    .option('--new-password-file <file>', 'change the password to the one in a file, or from standard input for -')
    .action(async (options: LoginOptions, self: Command) => login(await openLogin(self), options));
  withExample(command, 'bailiwick login --user admin --project default');
}

interface LogIn extends LoginOptions {
  readonly user: string;
  readonly domain: string;
}

/** Keeps the unscoped token with the scoped one, so that another scope needs no password while it is valid. */
async function login(session: LoginSession, given: LoginOptions): Promise<void> {
  const { name, earlier, ...who } = whoLogsIn(session, given);
  const options = { ...given, ...who };
  const kept = (await rescope(session, options, earlier)) ?? (await authenticate(session, options));
  const context = { ...kept, ...(session.caFile && { caFile: session.caFile }) };
  await writeCredentials(session.environment.home, withContext(session.credentials, name, context));
  const scope = context.scoped === undefined ? 'without a scope' : `for ${context.scoped.scope}`;
  note(session, `logged in to ${context.server} as ${context.user} ${scope}`);
  if (context.scoped === undefined)
    note(session, 'choose a scope to work in, for example: bailiwick login --project default');
}

/** The user, the context to keep, and the earlier log-in of this user in it. */
function whoLogsIn({ connection, credentials, context, asked }: LoginSession, options: LoginOptions) {
  const { server } = connection;
  const before = context === null ? undefined : credentials.contexts[context];
  const { user = before?.user ?? 'admin', domain = before?.domain ?? 'default' } = options;
  const isSame = (other: Context | undefined) =>
    other?.server === server && other.user === user && other.domain === domain;
  const names = [context ?? '', ...Object.keys(credentials.contexts)];
  const known = names.find((name) => isSame(credentials.contexts[name]));
  const name = asked ?? known ?? contextName({ server, user, domain });
  const earlier = credentials.contexts[name];
  return { name, user, domain, earlier: isSame(earlier) ? earlier : undefined };
}

/** Uses the stored unscoped token if it is valid, and no option requires a password. */
async function rescope(session: Session, options: LogIn, earlier: Context | undefined): Promise<Context | null> {
  const hasPassword = options.passwordFile !== undefined || options.newPasswordFile !== undefined;
  if (earlier === undefined || hasPassword || !isAlive(earlier.unscoped, Date.now())) return null;
  if (scopeRef(options) === null) return null;
  try {
    return await addScope(session, options, earlier);
  } catch (error) {
    // The error is the same for a revoked token and for a scope that is not held; a log-in with the password shows
    // which.
    if (error instanceof ApiError && error.code === 'UNAUTHENTICATED' && process.stdin.isTTY) return null;
    throw error;
  }
}

async function authenticate(session: Session, options: LogIn): Promise<Context> {
  const { user, domain } = options;
  const password = await readSecret(options.passwordFile, `password of ${user}`);
  const newPassword = options.newPasswordFile && (await readSecretFile(options.newPasswordFile));
  const unscoped = await logIn(session, { user, domain, password, newPassword });
  return addScope(session, options, { server: session.connection.server, user, domain, unscoped });
}
