import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { CreateUserDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { CheckField } from '../../kit/choice-field.js';
import { Field } from '../../kit/field.js';
import { pathOf } from '../../kit/scoped-link.js';
import { ShownOnce } from '../../kit/shown-once.js';
import { Task } from '../../kit/task.js';
import { useViewer } from '../../kit/viewer.js';
import { useCan } from '../access/can.js';
import { newPassword } from './password.js';

/** Creates a person in the domain of the scope. */
export function CreateUser() {
  const can = useCan(['createUser']);
  const [made, setMade] = useState<{ readonly id: string; readonly password: string } | null>(null);
  const { scope } = useViewer();
  const navigate = useNavigate();
  if (made)
    return (
      <ShownOnce
        title="The first password"
        what="password"
        secret={made.password}
        onClose={() => navigate({ to: pathOf(scope, ['users', made.id]) })}
      >
        <p>Give it to the person in a safe way.</p>
      </ShownOnce>
    );
  return (
    <Task label="Create a person" permission={can('createUser')}>
      {(close) => <CreateDialog onClose={close} onMade={setMade} />}
    </Task>
  );
}

interface CreateDialogProps {
  readonly onClose: () => void;
  readonly onMade: (made: { readonly id: string; readonly password: string }) => void;
}

function CreateDialog({ onClose, onMade }: CreateDialogProps) {
  const [requestId] = useState(() => crypto.randomUUID());
  const [password] = useState(newPassword);
  return (
    <ActionDialog
      title="Create a person"
      effect={
        <p>They get a password, which is shown to you once. They can do nothing until somebody grants them a role.</p>
      }
      submit="Create"
      document={CreateUserDocument}
      variables={({ name = '', displayName, email, mustChangePassword }) => ({
        input: { name, displayName, email, password, mustChangePassword: mustChangePassword === 'on', requestId },
      })}
      onDone={({ payload }) => payload?.user && onMade({ id: payload.user.id, password })}
      onClose={onClose}
    >
      <Field label="Name" name="name" required maxLength={255} hint="The name to log in with." />
      <Field label="Called" name="displayName" maxLength={255} hint="The name that people know, such as Ann Archer." />
      <Field label="E-mail" name="email" type="email" maxLength={254} hint="For display only: nothing is sent to it." />
      <CheckField label="Must choose a new password at the first log-in" name="mustChangePassword" defaultChecked />
    </ActionDialog>
  );
}
