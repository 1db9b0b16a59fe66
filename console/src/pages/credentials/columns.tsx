import { type ApiCredentialsQuery, DeleteApiCredentialDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { permissionFor } from '../../kit/permission.js';
import type { Column } from '../../kit/rows.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { Time } from '../../kit/time.js';
import { ScopeName } from '../access/scope-name.js';

/** An API credential in a list. */
export type CredentialRow = NonNullable<ApiCredentialsQuery['list']>['nodes'][number];

/** What a credential is limited to. */
function limits({ roles, allowedPolicies }: CredentialRow): string {
  const policies = allowedPolicies === null ? '' : `, for ${allowedPolicies.join(', ') || 'nothing'}`;
  return `${roles.join(', ')}${policies}`;
}

type CredentialColumn = Column<CredentialRow, never>;
export const NAME: CredentialColumn = { title: 'Name', cell: ({ name }) => <bdi>{name}</bdi> };
export const OWNER: CredentialColumn = {
  title: 'Acts for',
  cell: ({ user }) =>
    user ? (
      <ScopedLink path={['users', user.id]}>
        <bdi>{user.name}</bdi>
      </ScopedLink>
    ) : (
      '—'
    ),
};
export const REST: readonly CredentialColumn[] = [
  { title: 'Where', cell: ({ scope }) => <ScopeName scope={scope} />, isSecondary: true },
  { title: 'With', cell: limits, isSecondary: true },
  { title: 'Expires', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
  { title: 'Revoke', isAction: true, cell: (credential) => <DeleteCredential credential={credential} /> },
];

function DeleteCredential({ credential }: { readonly credential: CredentialRow }) {
  const { id, name } = credential;
  return (
    <Task label="Revoke" permission={permissionFor(credential, 'deleteApiCredential')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Revoke ${name}`}
          effect={
            <p>Its key stops working at once, and so do the tokens that were issued to it. It cannot be given back.</p>
          }
          submit="Revoke"
          document={DeleteApiCredentialDocument}
          variables={() => ({ input: { apiCredentialId: id } })}
          isDangerous
          onClose={close}
        />
      )}
    </Task>
  );
}
