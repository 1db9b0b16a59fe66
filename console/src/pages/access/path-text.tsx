import type { PathPartsFragment } from '../../generated/documents.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { Time } from '../../kit/time.js';
import { scopeNames } from './refs.js';
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
      )}
      {isInherited ? ' ' : ' on '}
      <ScopeName scope={scope} isInherited={isInherited} />
      {expiresAt && (
        <>
          {', ends '}
          <Time at={expiresAt} />
        </>
      )}
    </span>
  );
}

/** Where the role is in effect: inside of a scope, where it is inherited from that and nothing below it is told. */
export function EffectPlace({ path: { at, scope, isInherited } }: { readonly path: PathPartsFragment }) {
  return <ScopeName scope={at} isInherited={isInherited && scopeNames(at).word === scopeNames(scope).word} />;
}
