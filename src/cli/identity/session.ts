import type { Command } from 'commander';
import { RevokeSessionDocument, SessionsDocument, type SessionsQuery } from '../../generated/documents.js';
import { request } from '../common/client.js';
import { userRef } from '../common/refs.js';
import { openSession, printGone, printList, send } from '../common/session.js';
import type { Table } from '../common/table.js';
import { verb } from '../common/verb.js';
import { withColumns } from '../common/view.js';

const BROWSER: Table<NonNullable<SessionsQuery['items']>[number]> = {
  plural: 'browsers',
  columns: [
    ['From', 'clientAddress'],
    ['Ends unused', 'idleExpiresAt'],
    ['Id', 'id'],
  ],
  wide: [
    ['Ends', 'expiresAt'],
    ['Logged in', 'createdAt'],
    ['Browser', 'userAgent'],
  ],
  name: ({ id }) => id,
};

export function registerSession(noun: Command): void {
  const list = verb(noun, 'list', 'list the browsers in which you are logged in', 'bailiwick session list');
  withColumns(list, BROWSER)
    .option('--of <user>', 'those of this user, whom you may disable')
    .action(async ({ of }: { of?: string }, self: Command) => {
      const session = await openSession(self);
      const user = of === undefined ? undefined : userRef(of);
      const { items } = await request(session.connection, SessionsDocument, { user });
      printList(session, items ?? [], BROWSER);
    });
  verb(noun, 'revoke <session-id>', 'log a browser out', 'bailiwick session revoke tok_0193…').action(
    async (sessionId: string, _options: object, self: Command) => {
      const session = await openSession(self);
      await send(session, RevokeSessionDocument, { sessionId });
      printGone(session, 'revoked', { id: sessionId }, `session ${sessionId}`);
    },
  );
}
