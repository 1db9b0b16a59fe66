import type { AssignmentsQuery } from '../../generated/documents.js';
import type { Column } from '../../kit/rows.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { RevokeTask } from '../access/revoke-task.js';
import { ScopeName } from '../access/scope-name.js';

/** An assignment in a list. */
export type AssignmentRow = NonNullable<AssignmentsQuery['list']>['nodes'][number];

/** Who holds it: a person, or everybody in a group. */
function Holder({ user, group }: AssignmentRow) {
  if (user)
    return (
      <ScopedLink path={['users', user.id]}>
        <bdi>{user.displayName ?? user.name}</bdi>
      </ScopedLink>
    );
  if (group)
    return (
      <>
        group{' '}
        <ScopedLink path={['groups', group.id]}>
          <bdi>{group.name}</bdi>
        </ScopedLink>
      </>
    );
  return <>somebody whom you may not read</>;
}

const who: Column<AssignmentRow, never> = { title: 'Who', cell: (row) => <Holder {...row} /> };
const rest: readonly Column<AssignmentRow, never>[] = [
  { title: 'Role', cell: ({ role }) => role },
  { title: 'Where', cell: ({ scope, isInherited }) => <ScopeName scope={scope} isInherited={isInherited} /> },
  { title: 'Ends', cell: ({ expiresAt }) => <Time at={expiresAt} none="no end" />, isSecondary: true },
  { title: 'Reason', cell: ({ reason }) => <bdi>{reason ?? '—'}</bdi>, isSecondary: true },
  { title: 'Granted', cell: ({ createdAt }) => <Time at={createdAt} />, isSecondary: true },
  { title: 'Revoke', isAction: true, cell: (row) => <RevokeTask assignment={row} /> },
];

/** The columns of a list of assignments. */
export const ASSIGNMENT_COLUMNS: readonly Column<AssignmentRow, never>[] = [who, ...rest];
/** The same where who holds them is known. */
export const HELD_COLUMNS = rest;
