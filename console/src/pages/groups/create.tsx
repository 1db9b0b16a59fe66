import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CreateGroupDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';
import { useCan } from '../access/can.js';

/** Creates a group. */
export function CreateGroup() {
  const can = useCan(['createGroup']);
  return (
    <Task label="Create a group" permission={can('createGroup')}>
      {(close) => <CreateDialog onClose={close} />}
    </Task>
  );
}

function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const { scope } = useViewer();
  const navigate = useNavigate();
  const [requestId] = useState(() => crypto.randomUUID());
  return (
    <ActionDialog
      title="Create a group"
      effect={
        <p>It belongs to the domain of this scope. Each of its members will hold every role that it is granted.</p>
      }
      submit="Create"
      document={CreateGroupDocument}
      variables={({ name = '', description }) => ({ input: { name, description, requestId } })}
      onDone={({ payload }) => payload?.group && navigate({ to: pathOf(scope, ['groups', payload.group.id]) })}
      onClose={onClose}
    >
      <Field label="Name" name="name" required maxLength={255} />
      <Field label="Description" name="description" hint="What it is for." />
    </ActionDialog>
  );
}
