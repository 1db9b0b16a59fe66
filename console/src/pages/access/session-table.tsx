import { RevokeSessionDocument, type UserSessionsQuery } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Badge } from '../../kit/badge.js';
import type { Permission } from '../../kit/permission.js';
import { SmallTable } from '../../kit/small-table.js';
import { Task } from '../../kit/task.js';
import { Time } from '../../kit/time.js';
import { browserOf } from './browser.js';

type Session = NonNullable<UserSessionsQuery['sessions']>[number];

interface SessionTableProps {
  readonly sessions: readonly Session[];
  readonly permission: Permission | undefined;
  readonly empty: string;
}

/** The browsers in which somebody is logged in. */
export function SessionTable({ sessions, permission, empty }: SessionTableProps) {
  return (
    <SmallTable
      label="Sessions"
      rows={sessions}
      keyOf={({ id }) => id}
      empty={empty}
      columns={[
        {
          title: 'Browser',
          cell: ({ userAgent, isCurrent }) => (
            <>
              <bdi title={userAgent ?? undefined}>{browserOf(userAgent)}</bdi>{' '}
              {isCurrent && <Badge state="THIS_ONE" tone="good" />}
            </>
          ),
        },
        { title: 'From', cell: ({ clientAddress }) => <code>{clientAddress}</code> },
        { title: 'Since', cell: ({ createdAt }) => <Time at={createdAt} />, isSecondary: true },
        { title: 'Ends unless used', cell: ({ idleExpiresAt }) => <Time at={idleExpiresAt} />, isSecondary: true },
        {
          title: 'Revoke',
          isAction: true,
          cell: (session) => <RevokeSession session={session} permission={permission} />,
        },
      ]}
    />
  );
}

function RevokeSession({ session, permission }: Pick<SessionTableProps, 'permission'> & { readonly session: Session }) {
  return (
    <Task label="Revoke" permission={permission} isDangerous>
      {(close) => (
        <ActionDialog
          title="Revoke a session"
          effect={
            <p>
              The browser at {session.clientAddress} is logged out at once
              {session.isCurrent && ': it is the one that you use now'}.
            </p>
          }
          submit="Revoke"
          document={RevokeSessionDocument}
          variables={() => ({ input: { sessionId: session.id } })}
          isDangerous
          onClose={close}
        />
      )}
    </Task>
  );
}
