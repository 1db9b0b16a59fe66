import { useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { WhoCanDocument, type WhoCanQuery } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { SmallTable } from '../../kit/small-table.js';
import { PathText } from '../access/path-text.js';
import { scopeRefOf } from '../access/refs.js';
import css from './rights.module.css';

type Answer = NonNullable<WhoCanQuery['whoCan']>;
type Capable = Answer['nodes'][number];

interface WhoCanProps {
  readonly policy: string;
  readonly at: string | undefined;
  readonly target: string | undefined;
}

/** Who may do something with an object, or with anything at a scope. */
export function WhoCan({ policy, at, target }: WhoCanProps) {
  const [after, setAfter] = useState<string | null>(null);
  const { data, fault, refresh } = useDocument(WhoCanDocument, {
    policy,
    targetId: target,
    scope: scopeRefOf(at),
    after,
  });
  if (fault) return <FaultNote fault={fault} onRetry={refresh} />;
  const told = data?.whoCan;
  if (!told) return <Loading what="who may" />;
  if (told.access !== 'SCOPED')
    return (
      <p className={css.verdict}>
        {told.access === 'PUBLIC' ? 'Anybody may, without a log-in.' : 'Everybody who is logged in may.'}
      </p>
    );
  const { hasNextPage, endCursor } = told.pageInfo;
  return (
    <div aria-live="polite">
      <SmallTable
        label="Who may"
        rows={told.nodes}
        keyOf={({ user, agent }) => user?.id ?? agent?.id ?? ''}
        empty="Nobody that you may read of."
        columns={[
          { title: 'Who', cell: (one) => <Who one={one} /> },
          { title: 'Roles needed', cell: ({ roles }) => roles.join(', ') || 'any', isSecondary: true },
          {
            title: 'By',
            cell: ({ paths }) => paths.map((path) => <PathText key={path.assignmentId} path={path} />)[0] ?? '—',
          },
        ]}
      />
      <Rest told={told} />
      {(after !== null || hasNextPage) && (
        <p>
          {after !== null && (
            <button type="button" onClick={() => setAfter(null)}>
              From the start
            </button>
          )}{' '}
          {hasNextPage && (
            <button type="button" onClick={() => setAfter(endCursor)}>
              Further ones
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function Who({ one: { user, agent } }: { readonly one: Capable }) {
  if (user)
    return (
      <ScopedLink path={['users', user.id]}>
        <bdi>{user.displayName ?? user.name}</bdi>
      </ScopedLink>
    );
  if (agent)
    return (
      <>
        agent{' '}
        <ScopedLink path={['agents', agent.id]}>
          <bdi>{agent.name}</bdi>
        </ScopedLink>
      </>
    );
  return <>—</>;
}

/** What the list leaves out. */
function Rest({ told: { hiddenCount, openScopeTypes } }: { readonly told: Answer }) {
  return (
    <>
      {hiddenCount > 0 && (
        <p className={css.quiet}>
          {hiddenCount >= 500 ? '500 or more' : hiddenCount} others may whom you may not read.
        </p>
      )}
      {openScopeTypes.length > 0 && (
        <p className={css.quiet}>
          There are too many scopes of the kind {openScopeTypes.join(', ').toLowerCase()}: choose one above.
        </p>
      )}
    </>
  );
}
