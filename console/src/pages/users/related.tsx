import { useDocument } from '../../api/queries.js';
import { UserGroupsDocument, UserRolesDocument } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { FaultNote } from '../../kit/faults.js';
import { Related } from '../../kit/related.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Section } from '../../kit/section.js';
import { SmallTable } from '../../kit/small-table.js';
import { useViewer } from '../../kit/viewer.js';
import { EffectPlace, PathText } from '../access/path-text.js';
import type { UserFound } from './actions.js';

interface OfUser {
  readonly user: UserFound;
}

/** The roles that a person has in effect, and the way to each. */
export function RolesOfUser({ user }: OfUser) {
  const search = { who: `user:${user.id}` };
  return (
    <Related
      label="Roles in effect"
      document={UserRolesDocument}
      variables={{ id: user.id }}
      policy="permission:get"
      columns={[
        { title: 'Where', cell: ({ path }) => <EffectPlace path={path} /> },
        { title: 'Roles', cell: ({ roles }) => roles.join(', ') },
        { title: 'By', cell: ({ path }) => <PathText path={path} />, isSecondary: true },
        {
          title: 'Now',
          cell: ({ isInForce }) => (
            <Badge state={isInForce ? 'IN_FORCE' : 'NOT_IN_FORCE'} tone={isInForce ? 'good' : 'quiet'} />
          ),
        },
      ]}
      keyOf={({ path }) => `${path.assignmentId} ${path.at.project?.id ?? path.at.domain?.id}`}
      empty="No role is in effect anywhere, so this person can do nothing. Grant one below."
      actions={
        <>
          <ScopedLink className="button" path={['rights']} search={{ ...search, ask: 'of' }}>
            What they may do
          </ScopedLink>
          <ScopedLink className="button" path={['rights']} search={{ ...search, ask: 'why' }}>
            Why may they not …
          </ScopedLink>
        </>
      }
    />
  );
}

/** The groups of a person. */
export function GroupsOfUser({ user }: OfUser) {
  const { permissions } = useViewer();
  const isHidden = !permissions?.has('group:get');
  const { data, fault } = useDocument(UserGroupsDocument, { id: user.id }, { isPaused: isHidden });
  const groups = data?.user?.list?.nodes;
  if (isHidden || (!groups && !fault)) return null;
  return (
    <Section title="Groups">
      {fault && <FaultNote fault={fault} />}
      {groups && (
        <SmallTable
          label="Groups"
          rows={groups}
          columns={[
            { title: 'Name', cell: ({ name }) => <bdi>{name}</bdi>, path: ({ id }) => ['groups', id] },
            { title: 'Description', cell: ({ description }) => <bdi>{description ?? '—'}</bdi> },
          ]}
          keyOf={({ id }) => id}
          empty="A member of no group."
        />
      )}
    </Section>
  );
}
