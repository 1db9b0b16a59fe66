import { useNavigate } from '@tanstack/react-router';
import { DeleteRoleDocument, type RoleQuery, UpdateRoleDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';

export type RoleFound = NonNullable<RoleQuery['role']>;
interface OfRole {
  readonly role: RoleFound;
}

const factsOf = ({ name, description }: RoleFound) => ({ Name: name, Description: description ?? '—' });

/** What can be done about a role. */
export function RoleActions({ role }: OfRole) {
  return (
    <>
      <Change role={role} />
      <Delete role={role} />
    </>
  );
}

function Change({ role }: OfRole) {
  const { id, etag, name, description } = role;
  return (
    <Task
      label="Change"
      permission={permissionFor(role, 'updateRole')}
      unfit={role.isImmutable ? 'Built-in roles cannot change.' : null}
    >
      {(close) => (
        <ActionDialog
          title={`Change ${name}`}
          effect={<p>What uses its id is not touched; what uses its name must use the new one.</p>}
          submit="Save"
          document={UpdateRoleDocument}
          variables={(typed) => ({
            input: { role: { id }, etag, name: typed.name, description: typed.description ?? null },
          })}
          facts={factsOf(role)}
          onClose={close}
        >
          <Field label="Name" name="name" required maxLength={255} defaultValue={name} />
          <Field label="Description" name="description" defaultValue={description ?? ''} />
        </ActionDialog>
      )}
    </Task>
  );
}

function Delete({ role }: OfRole) {
  const { id, etag, name } = role;
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <Task
      label="Delete"
      permission={permissionFor(role, 'deleteRole')}
      unfit={role.isImmutable ? 'Built-in roles cannot change.' : null}
      isDangerous
    >
      {(close) => (
        <ActionDialog
          title={`Delete ${name}`}
          effect={<p>Only a role that nobody holds and no role implies can be deleted.</p>}
          submit="Delete"
          document={DeleteRoleDocument}
          variables={() => ({ input: { role: { id }, etag } })}
          facts={factsOf(role)}
          isDangerous
          confirmName={name}
          onDone={() => navigate({ to: pathOf(scope, ['roles']) })}
          onClose={close}
        />
      )}
    </Task>
  );
}
