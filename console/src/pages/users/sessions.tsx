import { useDocument } from '../../api/queries.js';
import { UserSessionsDocument } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Section } from '../../kit/section.js';
import { useCan } from '../access/can.js';
import { SessionTable } from '../access/session-table.js';
import { RevokeAllTokens, type UserFound } from './actions.js';

/** In which browsers a person is logged in: for who may disable it. */
export function SessionsOfUser({ user }: { readonly user: UserFound }) {
  const { data, fault, refresh } = useDocument(UserSessionsDocument, { id: user.id });
  const can = useCan(['revokeSession']);
  return (
    <Section title="Sessions" actions={<RevokeAllTokens user={user} />}>
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {data?.sessions && (
        <SessionTable
          sessions={data.sessions}
          permission={can('revokeSession')}
          empty="Not logged in with any browser."
        />
      )}
    </Section>
  );
}
