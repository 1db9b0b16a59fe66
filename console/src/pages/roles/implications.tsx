import { useState } from 'react';
import { AddImpliedRoleDocument, RemoveImpliedRoleDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { permissionFor } from '../../kit/permission.js';
import { type Pick, PickField } from '../../kit/pick-field.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';
import { Task } from '../../kit/task.js';
import { useRoleOptions } from '../access/options.js';
import type { RoleFound } from './actions.js';

interface OfRole {
  readonly role: RoleFound;
}

const BUILT_IN = 'Built-in roles cannot change.';
const factsOf = ({ implies }: RoleFound) => ({ 'What it implies': implies.join(', ') || '—' });

/** Which roles a role brings with it. */
export function Implications({ role }: OfRole) {
  const direct = role.impliedRoles.map(({ name }) => name);
  const further = role.implies.filter((name) => !direct.includes(name));
  return (
    <Section title="Implied roles" actions={<Add role={role} />}>
      <SmallTable
        label="Implied roles"
        rows={role.impliedRoles}
        keyOf={({ id }) => id}
        empty="It implies no other role."
        columns={[
          { title: 'Name', cell: ({ name }) => <bdi>{name}</bdi>, path: ({ id }) => ['roles', id] },
          { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi> },
          { title: 'Remove', isAction: true, cell: ({ id, name }) => <Remove role={role} implied={{ id, name }} /> },
        ]}
      />
      {further.length > 0 && <p>By these it implies {further.join(', ')} too.</p>}
    </Section>
  );
}

function Add({ role }: OfRole) {
  return (
    <Task
      label="Add an implied role"
      permission={permissionFor(role, 'addImpliedRole')}
      unfit={role.isImmutable ? BUILT_IN : null}
    >
      {(close) => <AddDialog role={role} onClose={close} />}
    </Task>
  );
}

function AddDialog({ role, onClose }: OfRole & { readonly onClose: () => void }) {
  const [implied, setImplied] = useState<Pick | null>(null);
  return (
    <ActionDialog
      title={`Add a role that ${role.name} implies`}
      effect={<p>Whoever holds {role.name} anywhere holds the other there too, at once.</p>}
      submit="Add"
      document={AddImpliedRoleDocument}
      variables={() => ({
        input: { role: { id: role.id }, impliedRole: { id: implied?.id ?? '' }, etag: role.etag },
      })}
      facts={factsOf(role)}
      onClose={onClose}
    >
      <PickField
        label="Role"
        name="impliedRole"
        required
        value={implied}
        useOptions={useRoleOptions}
        onPick={setImplied}
      />
    </ActionDialog>
  );
}

function Remove({ role, implied }: OfRole & { readonly implied: { readonly id: string; readonly name: string } }) {
  return (
    <Task
      label="Remove"
      permission={permissionFor(role, 'removeImpliedRole')}
      unfit={role.isImmutable ? BUILT_IN : null}
      isDangerous
    >
      {(close) => (
        <ActionDialog
          title={`${role.name} shall not imply ${implied.name}`}
          effect={<p>Whoever holds {implied.name} only by it loses it at once.</p>}
          submit="Remove"
          document={RemoveImpliedRoleDocument}
          variables={() => ({
            input: { role: { id: role.id }, impliedRole: { id: implied.id }, etag: role.etag },
          })}
          facts={factsOf(role)}
          isDangerous
          onClose={close}
        />
      )}
    </Task>
  );
}
