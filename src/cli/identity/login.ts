import type { Command } from 'commander';
import { IssueTokenDocument, type ScopeRef, type TokenProof } from '../../generated/documents.js';
import { mutate } from '../common/client.js';
import {
  type Context,
  isAlive,
  type KeptToken,
  readCredentials,
  withContext,
  writeCredentials,
} from '../common/contexts.js';
import { ApiError, CliError, EXIT } from '../common/errors.js';
import { describeScope, type ScopeOptions, scopeRef, withScope } from '../common/scopes.js';
import { askNewPassword, readSecret, readSecretFile } from '../common/secrets.js';
import { note, openSession, type Session } from '../common/session.js';
import { withExample } from '../common/verb.js';

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
    .action(async (options: LoginOptions, self: Command) => login(await openSession(self), options));
  withExample(command, 'bailiwick login --user admin --project default');
}

/** Keeps the unscoped token with the scoped one, so that another scope needs no password while it is valid. */
async function login(session: Session, options: LoginOptions): Promise<void> {
  const { home } = session.environment;
  const { server } = session.connection;
  const credentials = await readCredentials(home);
  const earlier = credentials.servers[server];
  const context = (await rescope(session, options, earlier)) ?? (await authenticate(session, options, earlier));
  await writeCredentials(home, withContext(credentials, server, context));
  const scope = context.scoped === undefined ? 'without a scope' : `for ${context.scoped.scope}`;
  note(session, `logged in to ${server} as ${context.user} ${scope}`);
  if (context.scoped === undefined)
    note(session, 'choose a scope to work in, for example: bailiwick login --project default');
}

/** Uses the stored unscoped token if it is valid and of the same user, and no option requires a password. */
async function rescope(session: Session, options: LoginOptions, earlier: Context | undefined): Promise<Context | null> {
  const hasPassword = options.passwordFile !== undefined || options.newPasswordFile !== undefined;
  if (earlier === undefined || hasPassword || !isAlive(earlier.unscoped, Date.now())) return null;
  const isSameUser =
    (options.user ?? earlier.user) === earlier.user && (options.domain ?? earlier.domain) === earlier.domain;
  if (!isSameUser || scopeRef(options) === null) return null;
  try {
    return await addScope(session, options, earlier);
  } catch (error) {
    // The error is the same for a revoked token and for a scope that is not held; a log-in with the password shows
    // which.
    if (error instanceof ApiError && error.code === 'UNAUTHENTICATED' && process.stdin.isTTY) return null;
    throw error;
  }
}

async function authenticate(session: Session, options: LoginOptions, earlier: Context | undefined): Promise<Context> {
  const { user = earlier?.user ?? 'admin', domain = earlier?.domain ?? 'default' } = options;
  const password = await readSecret(options.passwordFile, `password of ${user}`);
  const newPassword = options.newPasswordFile && (await readSecretFile(options.newPasswordFile));
  const unscoped = await logIn(session, { user, domain, password, newPassword });
  return addScope(session, options, { user, domain, unscoped });
}

interface PasswordProof {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  readonly newPassword?: string | undefined;
}

/** A password that somebody else chose only allows setting a new one. */
async function logIn(session: Session, password: PasswordProof): Promise<KeptToken> {
  try {
    return await issueToken(session, { password }, null);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'PASSWORD_CHANGE_REQUIRED')) throw error;
    if (!process.stdin.isTTY) throw new CliError('the password must be changed: add --new-password-file', EXIT.denied);
    note(session, 'this password must be changed');
    return issueToken(session, { password: { ...password, newPassword: await askNewPassword(password.user) } }, null);
  }
}

async function addScope(session: Session, options: LoginOptions, context: Context): Promise<Context> {
  const { user, domain, unscoped } = context;
  const scope = scopeRef(options);
  if (scope === null) return { user, domain, unscoped };
  const scoped = await issueToken(session, { token: unscoped.token }, scope);
  return { user, domain, unscoped, scoped: { ...scoped, scope: describeScope(options) } };
}

async function issueToken(session: Session, proof: TokenProof, scope: ScopeRef | null): Promise<KeptToken> {
  // The proof is in the input; an old token in the header could be refused, so it is not sent.
  const connection = { server: session.connection.server };
  const input = { proof, scope };
  const { token, expiresAt } = await mutate(connection, IssueTokenDocument, input, 'token', 'expiresAt');
  return { token, expiresAt };
}
