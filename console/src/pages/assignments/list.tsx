import { AssignmentsDocument } from '../../generated/documents.js';
import { ListPage } from '../../kit/list-page.js';
import { type Pick, PickField } from '../../kit/pick-field.js';
import { GrantTask } from '../access/grant-task.js';
import { useHolderOptions, usePlaceOptions, useRoleOptions } from '../access/options.js';
import { usePicked } from '../access/picked.js';
import { partsOf } from '../access/refs.js';
import { ASSIGNMENT_COLUMNS } from './columns.js';
import { assignmentSearch } from './search.js';

const KINDS = ['ROLE_ASSIGNMENT'] as const;

type Chosen = { readonly who?: string; readonly role?: string; readonly at?: string };

/** The filter of the API for what the address says. */
export function filterOf({ who, role, at }: Chosen) {
  const [kind, holder] = partsOf(who);
  const [place, id] = partsOf(at);
  return {
    ...(kind === 'user' && { userIds: [holder] }),
    ...(kind === 'group' && { groupIds: [holder] }),
    ...(role && { roles: [role] }),
    ...(place === 'domain' && { domainIds: [id] }),
    ...(place === 'project' && { projectIds: [id] }),
  };
}

/** Who holds which role where, as far as the viewer may read it. */
export function AssignmentsPage() {
  return (
    <ListPage
      title="Assignments"
      noun={['assignment', 'assignments']}
      document={AssignmentsDocument}
      search={assignmentSearch}
      labels={{ who: 'Who', role: 'Role', at: 'Where' }}
      variables={(search) => ({ filter: filterOf(search) })}
      columns={ASSIGNMENT_COLUMNS}
      defaultOrder="CREATED_AT"
      live={KINDS}
      actions={<GrantTask />}
      pickers={(search, change) => <Pickers {...search} onChange={change} />}
      empty={<p>Nobody holds a role here that you may read of. Grant one with the button above.</p>}
    />
  );
}

type PickersProps = Chosen & { readonly onChange: (values: Record<keyof Chosen, string | undefined> | object) => void };

/** Of whom, which and where. */
function Pickers({ who, role, at, onChange }: PickersProps) {
  const holder = usePicked(who);
  const place = usePicked(at);
  const choose = (name: keyof Chosen) => (pick: Pick | null) => onChange({ [name]: pick?.id });
  return (
    <>
      <PickField label="Who" name="who" value={holder} useOptions={useHolderOptions} onPick={choose('who')} />
      <PickField
        label="Role"
        name="role"
        value={role ? { id: role, label: role } : null}
        useOptions={useRoleOptions}
        onPick={(pick) => onChange({ role: pick?.label })}
      />
      <PickField label="Where" name="at" value={place} useOptions={usePlaceOptions} onPick={choose('at')} />
    </>
  );
}
