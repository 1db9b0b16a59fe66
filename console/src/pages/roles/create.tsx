import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CreateRoleDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { CheckField } from '../../kit/choice-field.js';
import { Field } from '../../kit/field.js';
import { pathOf } from '../../kit/scoped-link.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';
import { useCan } from '../access/can.js';

/** Creates a role. */
export function CreateRole() {
  const can = useCan(['createRole']);
  return (
    <Task label="Create a role" permission={can('createRole')}>
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
      title="Create a role"
      effect={
        <p>
          At the system it is a global role, which policies can require. At a domain it is a role of the domain, which
          gives what it implies.
        </p>
      }
      submit="Create"
      document={CreateRoleDocument}
      variables={({ name = '', description, isSystemOnly }) => ({
        input: { name, description, ...(isSystemOnly === 'on' && { isSystemOnly: true }), requestId },
      })}
      onDone={({ payload }) => payload?.role && navigate({ to: pathOf(scope, ['roles', payload.role.id]) })}
      onClose={onClose}
    >
      <Field
        label="Name"
        name="name"
        required
        maxLength={64}
        hint="A letter, then letters, digits, dots, dashes and underscores."
      />
      <Field label="Description" name="description" hint="What it is for." />
      {scope === 'system' && (
        <CheckField label="Only administrators of the system grant and revoke it" name="isSystemOnly" />
      )}
    </ActionDialog>
  );
}
