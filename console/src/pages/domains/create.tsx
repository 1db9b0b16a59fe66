import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CreateDomainDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { Field } from '../../kit/field.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';
import { useCan } from '../access/can.js';

/** Creates a domain. */
export function CreateDomain() {
  const can = useCan(['createDomain']);
  return (
    <Task label="Create a domain" permission={can('createDomain')}>
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
      title="Create a domain"
      effect={<p>A new tenant, with nobody and nothing in it. Grant somebody a role on it next.</p>}
      submit="Create"
      document={CreateDomainDocument}
      variables={({ name = '', description }) => ({ input: { name, description, requestId } })}
      onDone={({ payload }) => payload?.domain && navigate({ to: pathOf(scope, ['domains', payload.domain.id]) })}
      onClose={onClose}
    >
      <Field label="Name" name="name" required maxLength={255} />
      <Field label="Description" name="description" hint="What it is for." />
    </ActionDialog>
  );
}
