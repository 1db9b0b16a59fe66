import type { Command } from 'commander';
import { RevokeTokenDocument } from '../../generated/documents.js';
import { mutate } from '../common/client.js';
import { withoutContext } from '../common/contexts.js';
import { writeCredentials } from '../common/credentials-file.js';
import { ApiError } from '../common/errors.js';
import { note, openSession, type Session } from '../common/session.js';
import { withExample } from '../common/verb.js';

export function registerLogout(command: Command): void {
  withExample(command, 'bailiwick logout').action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const { server } = session.connection;
    if (session.context === null) return note(session, `not logged in to ${server}`);
    await leave(session, session.context);
    note(session, `logged out of ${server}`);
  });
}

/** Revokes the tokens of a context of the session's server, and forgets them. */
export async function leave(session: Session, name: string): Promise<void> {
  const { connection, credentials } = session;
  const context = credentials.contexts[name];
  const { credential: _, ...plain } = connection;
  for (const kept of [context?.scoped, context?.unscoped]) {
    // Even if it seems expired: the local clock may be wrong, so the server decides.
    if (kept !== undefined) await revoke({ ...plain, token: kept.token });
  }
  await forget(session, name);
}

export function forget({ environment, credentials }: Session, name: string): Promise<void> {
  return writeCredentials(environment.home, withoutContext(credentials, name));
}

/** If the server refuses a token, it needs no revocation. */
async function revoke(connection: Session['connection']): Promise<void> {
  try {
    await mutate(connection, RevokeTokenDocument, {});
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'UNAUTHENTICATED')) throw error;
  }
}
