import { IssueTokenDocument, type ScopeRef, type TokenProof } from '../../generated/documents.js';
import { mutate } from '../common/client.js';
import type { Context, KeptToken } from '../common/contexts.js';
import { ApiError, CliError, EXIT } from '../common/errors.js';
import { describeScope, type ScopeOptions, scopeRef } from '../common/scopes.js';
import { askNewPassword } from '../common/secrets.js';
import { note, type Session } from '../common/session.js';

export interface PasswordProof {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  readonly newPassword?: string | undefined;
}

/** A password that somebody else chose only allows setting a new one. */
export async function logIn(session: Session, password: PasswordProof): Promise<KeptToken> {
  try {
    return await issueToken(session, { password }, null);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'PASSWORD_CHANGE_REQUIRED')) throw error;
    if (!process.stdin.isTTY) throw new CliError('the password must be changed: add --new-password-file', EXIT.denied);
    note(session, 'this password must be changed');
    return issueToken(session, { password: { ...password, newPassword: await askNewPassword(password.user) } }, null);
  }
}

/** Adds a token for the scope that is chosen; without one, there is only the unscoped token. */
export async function addScope(
  session: Session,
  options: ScopeOptions,
  { scoped: _, ...context }: Context,
): Promise<Context> {
  const scope = scopeRef(options);
  if (scope === null) return context;
  const scoped = await issueToken(session, { token: context.unscoped.token }, scope);
  return { ...context, scoped: { ...scoped, scope: describeScope(options) } };
}

export async function issueToken(session: Session, proof: TokenProof, scope: ScopeRef | null): Promise<KeptToken> {
  // The proof is in the input; an old token in the header could be refused, so it is not sent.
  const { token: _token, credential: _credential, remedy: _remedy, ...connection } = session.connection;
  const input = { proof, scope };
  const { token, expiresAt } = await mutate(connection, IssueTokenDocument, input, 'token', 'expiresAt');
  return { token, expiresAt };
}
