import type { PathPartsFragment } from '../../generated/documents.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { ScopeName } from './scope-name.js';

/** The way from an assignment to a role: which role, by which group, where, until when. */
export function PathText({ path }: { readonly path: PathPartsFragment }) {
  const { roles, groupId, groupName, scope, isInherited, expiresAt } = path;
  return (
    <span>
      <strong>{roles.join(' → ')}</strong>
      {groupId && (
        <>
          {' '}
          by the group{' '}
          <ScopedLink path={['groups', groupId]}>
            <bdi>{groupName}</bdi>
          </ScopedLink>
        </>
      )}{' '}
      on <ScopeName scope={scope} isInherited={isInherited} />
      {expiresAt && (
        <>
          {', ends '}
          <Time at={expiresAt} />
        </>
      )}
    </span>
  );
}
