import type { Command } from 'commander';
import { RevokeTokenDocument } from '../../generated/documents.js';
import { mutate } from '../common/client.js';
import { readCredentials, withoutContext, writeCredentials } from '../common/contexts.js';
import { ApiError } from '../common/errors.js';
import { note, openSession } from '../common/session.js';
import { withExample } from '../common/verb.js';

export function registerLogout(command: Command): void {
  withExample(command, 'bailiwick logout').action(async (_options: object, self: Command) => {
    const session = await openSession(self);
    const { server } = session.connection;
    const credentials = await readCredentials(session.environment.home);
    const context = credentials.servers[server];
    if (context === undefined) return note(session, `not logged in to ${server}`);
    for (const kept of [context.scoped, context.unscoped]) {
      // Even if it seems expired: the local clock may be wrong, so the server decides.
      if (kept !== undefined) await revoke({ server, token: kept.token });
    }
    await writeCredentials(session.environment.home, withoutContext(credentials, server));
    note(session, `logged out of ${server}`);
  });
}

/** If the server refuses a token, it needs no revocation. */
async function revoke(connection: { server: string; token: string }): Promise<void> {
  try {
    await mutate(connection, RevokeTokenDocument, {});
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'UNAUTHENTICATED')) throw error;
  }
}
