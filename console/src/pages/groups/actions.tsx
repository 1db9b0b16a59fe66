import { useNavigate } from '@tanstack/react-router';
import { DeleteGroupDocument, type GroupQuery, UpdateGroupDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { permissionFor } from '../../kit/permission.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';

export type GroupFound = NonNullable<GroupQuery['group']>;
interface OfGroup {
  readonly group: GroupFound;
}

const factsOf = ({ name, description }: GroupFound) => ({ Name: name, Description: description ?? '—' });

/** What can be done about a group. */
export function GroupActions({ group }: OfGroup) {
  return (
    <>
      <Change group={group} />
      <Delete group={group} />
    </>
  );
}

function Change({ group }: OfGroup) {
  const { id, etag, name, description } = group;
  return (
    <Task label="Change" permission={permissionFor(group, 'updateGroup')}>
      {(close) => (
        <ActionDialog
          title={`Change ${name}`}
          effect={<p>What uses its id is not touched; what uses its name must use the new one.</p>}
          submit="Save"
          document={UpdateGroupDocument}
          variables={(typed) => ({
            input: { group: { id }, etag, name: typed.name, description: typed.description ?? null },
          })}
          facts={factsOf(group)}
          onClose={close}
        >
          <Field label="Name" name="name" required maxLength={255} defaultValue={name} />
          <Field label="Description" name="description" defaultValue={description ?? ''} />
        </ActionDialog>
      )}
    </Task>
  );
}

function Delete({ group }: OfGroup) {
  const { id, etag, name } = group;
  const { scope } = useViewer();
  const navigate = useNavigate();
  return (
    <Task label="Delete" permission={permissionFor(group, 'deleteGroup')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Delete ${name}`}
          effect={<p>Its memberships and roles end at once: its members lose what only the group brought them.</p>}
          submit="Delete"
          document={DeleteGroupDocument}
          variables={({ reason }) => ({ input: { group: { id }, etag, reason } })}
          facts={factsOf(group)}
          isDangerous
          asksReason
          confirmName={name}
          onDone={() => navigate({ to: pathOf(scope, ['groups']) })}
          onClose={close}
        />
      )}
    </Task>
  );
}
