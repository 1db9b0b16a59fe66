import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CreateProjectDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';
import { useCan } from '../access/can.js';

/** Creates a project. */
export function CreateProject() {
  const can = useCan(['createProject']);
  return (
    <Task label="Create a project" permission={can('createProject')}>
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
      title="Create a project"
      effect={<p>It belongs to the domain of this scope. Agents and allowlists are made inside of it.</p>}
      submit="Create"
      document={CreateProjectDocument}
      variables={({ name = '', description }) => ({ input: { name, description, requestId } })}
      onDone={({ payload }) => payload?.project && navigate({ to: pathOf(scope, ['projects', payload.project.id]) })}
      onClose={onClose}
    >
      <Field label="Name" name="name" required maxLength={255} />
      <Field label="Description" name="description" hint="What it is for." />
    </ActionDialog>
  );
}
