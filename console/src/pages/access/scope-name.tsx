import type { ScopePartsFragment } from '../../generated/documents.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { partsOf, scopeNames } from './refs.js';

/** Where something is valid, and the way to it. */
export function ScopeName({
  scope,
  isInherited = false,
}: {
  readonly scope: ScopePartsFragment;
  readonly isInherited?: boolean;
}) {
  const { word, label } = scopeNames(scope);
  const [kind, id] = partsOf(word);
  const name = <bdi>{label}</bdi>;
  return (
    <>
      {isInherited && 'inside '}
      {kind === '' ? name : <ScopedLink path={[`${kind}s`, id]}>{name}</ScopedLink>}
    </>
  );
}
