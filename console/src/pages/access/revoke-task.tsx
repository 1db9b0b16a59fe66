import type { ScopePartsFragment } from '../../generated/documents.js';
import { RevokeRoleDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { type Permission, permissionFor } from '../../kit/permission.js';
import { Task } from '../../kit/task.js';
import { scopeNames } from './refs.js';

interface Assignment {
  readonly id: string;
  readonly role: string;
  readonly user: { readonly name: string } | null;
  readonly group: { readonly name: string } | null;
  readonly scope: ScopePartsFragment;
  readonly viewerCan: readonly Permission[] | null;
}

/** Takes a role back. */
export function RevokeTask({ assignment }: { readonly assignment: Assignment }) {
  const { id, role, user, group, scope } = assignment;
  const holder = group ? `Every member of ${group.name}` : (user?.name ?? 'Whoever holds it');
  return (
    <Task label="Revoke" permission={permissionFor(assignment, 'revokeRole')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Revoke ${role}`}
          effect={
            <p>
              {holder} loses <strong>{role}</strong> on {scopeNames(scope).label} at once, and what only this role
              allowed there.
            </p>
          }
          submit="Revoke"
          document={RevokeRoleDocument}
          variables={({ reason }) => ({ input: { roleAssignmentId: id, reason } })}
          isDangerous
          asksReason
          onClose={close}
        />
      )}
    </Task>
  );
}
