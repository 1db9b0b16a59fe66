import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { RoleDocument, RoleHoldersDocument } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { Related } from '../../kit/related.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { EffectPlace, PathText } from '../access/path-text.js';
import { AssignmentsOf } from '../assignments/of.js';
import { RoleActions, type RoleFound } from './actions.js';
import { Implications } from './implications.js';

const KINDS = ['ROLE', 'ROLE_ASSIGNMENT', 'GROUP'] as const;

/** One role: what it brings with it, and who holds it. */
export function RolePage() {
  const { id } = useParams({ from: '/s/$scope/roles/$id' });
  const variables = { id };
  const found = useDocument(RoleDocument, variables);
  return (
    <DetailPage
      list={{ title: 'Roles', path: ['roles'] }}
      found={found}
      object={found.data?.role}
      title={({ name }) => name}
      command={(role) => `bailiwick role show ${role.id}`}
      asked={{ document: RoleDocument, variables }}
      live={KINDS}
      state={({ isImmutable }) => isImmutable && <Badge state="BUILT_IN" tone="quiet" />}
      actions={(role) => <RoleActions role={role} />}
    >
      {(role) => <About role={role} />}
    </DetailPage>
  );
}

function About({ role }: { readonly role: RoleFound }) {
  const { id, name, description, domain, isSystemOnly } = role;
  return (
    <>
      <FactList
        facts={[
          ['Description', description && <bdi>{description}</bdi>],
          ['Valid', domain === null ? 'everywhere' : 'in its domain'],
          ['Domain', domain && <ScopedLink path={['domains', domain.id]}>{domain.name}</ScopedLink>],
          ['Granted by', isSystemOnly ? 'administrators of the system only' : 'whoever holds it there'],
          ['Created', <Time key="created" at={role.createdAt} />],
          ['Changed', <Time key="changed" at={role.updatedAt} />],
        ]}
      />
      <Implications role={role} />
      <AssignmentsOf
        filter={{ roles: [name] }}
        start={{ role: { id, label: name, hint: description ?? undefined } }}
        search={{ role: name }}
        empty="It is granted to nobody that you may read of."
      />
      <Holders name={name} />
    </>
  );
}

/** Everybody who holds a role, also by a group or by another role. */
function Holders({ name }: { readonly name: string }) {
  return (
    <Related
      label="Who holds it, by any way"
      document={RoleHoldersDocument}
      variables={{ role: name }}
      policy="permission:get"
      keyOf={({ user, path }) => `${user?.id} ${path.assignmentId} ${path.at.project?.id ?? path.at.domain?.id}`}
      empty="Nobody that you may read of."
      columns={[
        {
          title: 'Who',
          cell: ({ user }) =>
            user ? <ScopedLink path={['users', user.id]}>{user.displayName ?? user.name}</ScopedLink> : '—',
        },
        { title: 'Where', cell: ({ path }) => <EffectPlace path={path} /> },
        { title: 'By', cell: ({ path }) => <PathText path={path} />, isSecondary: true },
        {
          title: 'Now',
          cell: ({ isInForce }) => (
            <Badge state={isInForce ? 'IN_FORCE' : 'NOT_IN_FORCE'} tone={isInForce ? 'good' : 'quiet'} />
          ),
        },
      ]}
    />
  );
}
