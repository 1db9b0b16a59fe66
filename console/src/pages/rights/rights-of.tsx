import { useDocument } from '../../api/queries.js';
import { RightsOfDocument } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import { SmallTable } from '../../kit/small-table.js';
import { PathText } from '../access/path-text.js';
import { principalOf, scopeRefOf } from '../access/refs.js';
import css from './rights.module.css';

interface RightsOfProps {
  readonly who: string;
  readonly at: string | undefined;
  /** Only this one, when given. */
  readonly policy: string | undefined;
}

/** What somebody may do at a scope, and by which assignments. */
export function RightsOf({ who, at, policy }: RightsOfProps) {
  const principal = principalOf(who) ?? { user: { id: who } };
  const scope = 'agent' in principal ? undefined : scopeRefOf(at);
  const { data, fault, refresh } = useDocument(RightsOfDocument, { principal, scope });
  if (fault) return <FaultNote fault={fault} onRetry={refresh} />;
  const told = data?.effectivePermissions;
  if (!told) return <Loading what="the rights" lines={8} />;
  const shown = told.permissions.filter((one) => policy === undefined || one.policy === policy);
  return (
    <div aria-live="polite">
      <p className={css.verdict}>
        Roles in effect there: <strong>{told.roles.join(', ') || 'none'}</strong>. {told.permissions.length} policies
        allow them something.
      </p>
      <SmallTable
        label="What they may do"
        rows={shown}
        keyOf={(one) => one.policy}
        empty={policy === undefined ? 'They may do nothing there.' : `${policy} allows them nothing there.`}
        columns={[
          { title: 'Policy', cell: (one) => <code>{one.policy}</code> },
          { title: 'On', cell: ({ dependsOnTarget }) => (dependsOnTarget ? 'some objects' : 'everything there') },
          { title: 'Role', cell: ({ roles }) => roles.join(', ') || 'any', isSecondary: true },
          {
            title: 'By',
            cell: ({ paths: [path] }) => (path ? <PathText path={path} /> : '—'),
            isSecondary: true,
          },
        ]}
      />
    </div>
  );
}
