import { useState } from 'react';
import { AddGroupMemberDocument, RemoveGroupMemberDocument } from '../../generated/documents.js';
import { ActionDialog } from '../../kit/action-dialog.js';
import { permissionFor } from '../../kit/permission.js';
import { type Pick, PickField } from '../../kit/pick-field.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';
import { Task } from '../../kit/task.js';
import { useUserOptions } from '../access/options.js';
import { partsOf } from '../access/refs.js';
import { EnabledBadge } from '../users/list.js';
import type { GroupFound } from './actions.js';

type Member = NonNullable<GroupFound['members']>['nodes'][number];
interface OfGroup {
  readonly group: GroupFound;
}

/** Who is in a group. */
export function Members({ group }: OfGroup) {
  return (
    <Section title="Members" actions={<Add group={group} />}>
      <SmallTable
        label="Members"
        rows={group.members?.nodes ?? []}
        keyOf={({ id }) => id}
        empty="No members that you may read of. Whoever is added holds the roles of the group."
        columns={[
          { title: 'Name', cell: ({ name }) => <bdi>{name}</bdi>, path: ({ id }) => ['users', id] },
          { title: 'Called', cell: ({ displayName }) => <bdi>{displayName ?? '—'}</bdi> },
          { title: 'State', cell: ({ isEnabled }) => <EnabledBadge isEnabled={isEnabled} />, isSecondary: true },
          { title: 'Domain', cell: ({ domain }) => <bdi>{domain?.name ?? '—'}</bdi>, isSecondary: true },
          { title: 'Remove', isAction: true, cell: (member) => <Remove group={group} member={member} /> },
        ]}
      />
      {group.members?.pageInfo.hasNextPage && <p>It has more members than are shown here.</p>}
    </Section>
  );
}

function Add({ group }: OfGroup) {
  return (
    <Task label="Add a member" permission={permissionFor(group, 'addGroupMember')}>
      {(close) => <AddDialog group={group} onClose={close} />}
    </Task>
  );
}

function AddDialog({ group, onClose }: OfGroup & { readonly onClose: () => void }) {
  const [user, setUser] = useState<Pick | null>(null);
  return (
    <ActionDialog
      title={`Add a member to ${group.name}`}
      effect={<p>They hold every role of the group from then on.</p>}
      submit="Add"
      document={AddGroupMemberDocument}
      variables={() => ({ input: { group: { id: group.id }, user: { id: partsOf(user?.id)[1] } } })}
      onClose={onClose}
    >
      <PickField label="Who" name="user" required value={user} useOptions={useUserOptions} onPick={setUser} />
    </ActionDialog>
  );
}

function Remove({ group, member }: OfGroup & { readonly member: Member }) {
  return (
    <Task label="Remove" permission={permissionFor(group, 'removeGroupMember')} isDangerous>
      {(close) => (
        <ActionDialog
          title={`Remove ${member.name} from ${group.name}`}
          effect={<p>They lose at once what only this group brought them.</p>}
          submit="Remove"
          document={RemoveGroupMemberDocument}
          variables={({ reason }) => ({ input: { group: { id: group.id }, user: { id: member.id }, reason } })}
          isDangerous
          asksReason
          onClose={close}
        />
      )}
    </Task>
  );
}
