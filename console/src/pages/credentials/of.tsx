import type { ReactNode } from 'react';
import { ApiCredentialsDocument } from '../../generated/documents.js';
import { Related } from '../../kit/related.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { NAME, REST } from './columns.js';

/** The API credentials of a person. */
export function CredentialsOf({ userId, actions }: { readonly userId: string; readonly actions?: ReactNode }) {
  return (
    <Related
      label="API credentials"
      document={ApiCredentialsDocument}
      variables={{ first: 20, filter: { userIds: [userId] }, withCount: false }}
      policy="api_credential:get"
      columns={[NAME, ...REST]}
      keyOf={({ id }) => id}
      empty="No program acts with an API credential."
      actions={actions}
      all={
        <ScopedLink path={['credentials']} search={{ user: `user:${userId}` }}>
          All of them
        </ScopedLink>
      }
    />
  );
}
