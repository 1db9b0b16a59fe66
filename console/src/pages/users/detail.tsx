import { useParams } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { UserDocument } from '../../generated/documents.js';
import { DetailPage, FactList } from '../../kit/detail-page.js';
import { permissionFor } from '../../kit/permission.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { AssignmentsOf } from '../assignments/of.js';
import { CredentialsOf } from '../credentials/of.js';
import { UserActions, type UserFound } from './actions.js';
import { EnabledBadge } from './list.js';
import { GroupsOfUser, RolesOfUser } from './related.js';
import { SessionsOfUser } from './sessions.js';

const KINDS = ['USER', 'GROUP', 'ROLE', 'ROLE_ASSIGNMENT', 'API_CREDENTIAL', 'TOKEN'] as const;

/** One person: who it is, what it may do and by which way, and how it is logged in. */
export function UserPage() {
  const { id } = useParams({ from: '/s/$scope/users/$id' });
  const variables = { id };
  const found = useDocument(UserDocument, variables);
  return (
    <DetailPage
      list={{ title: 'People', path: ['users'] }}
      found={found}
      object={found.data?.user}
      title={({ name }) => name}
      command={(user) => `bailiwick user show ${user.id}`}
      asked={{ document: UserDocument, variables }}
      live={KINDS}
      state={({ isEnabled }) => <EnabledBadge isEnabled={isEnabled} />}
      actions={(user) => <UserActions user={user} />}
    >
      {(user) => <About user={user} />}
    </DetailPage>
  );
}

function About({ user }: { readonly user: UserFound }) {
  const { id, name, displayName, email, domain } = user;
  const pick = { id: `user:${id}`, label: name, hint: displayName ?? undefined };
  return (
    <>
      <FactList
        facts={[
          ['Called', displayName && <bdi>{displayName}</bdi>],
          ['E-mail', email && <bdi>{email}</bdi>],
          ['Domain', domain && <ScopedLink path={['domains', domain.id]}>{domain.name}</ScopedLink>],
          ['Password', user.mustChangePassword ? 'must be changed at the next log-in' : 'chosen by this person'],
          ['Created', <Time key="created" at={user.createdAt} />],
          ['Changed', <Time key="changed" at={user.updatedAt} />],
        ]}
      />
      <RolesOfUser user={user} />
      <AssignmentsOf
        filter={{ userIds: [id] }}
        start={{ who: pick }}
        search={{ who: pick.id }}
        empty="This person holds no role directly."
      />
      <GroupsOfUser user={user} />
      <CredentialsOf userId={id} />
      {permissionFor(user, 'disableUser')?.isAllowed && <SessionsOfUser user={user} />}
    </>
  );
}
