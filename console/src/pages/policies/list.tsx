import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDocument } from '../../api/queries.js';
import { PoliciesDocument, type PoliciesQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { FaultNote } from '../../kit/faults.js';
import { FilterBar } from '../../kit/filter-bar.js';
import { Loading } from '../../kit/loading.js';
import { PlainTable } from '../../kit/plain-table.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { inWords } from '../../kit/words.js';
import { PolicyFrame } from './frame.js';
import { policySearch } from './search.js';

type Policy = NonNullable<PoliciesQuery['policies']>[number];

const LABELS = { contains: 'Contains', checks: 'Check' };

/** Whether a text is in the name, the words, the checks or the operations of a policy. */
export function isAbout(policy: Pick<Policy, 'name' | 'description' | 'operations'>, text: string): boolean {
  const told = [policy.name, policy.description, ...policy.operations].join(' ').toLowerCase();
  return told.includes(text.trim().toLowerCase());
}

/** Every policy, and the check in force. */
export function PoliciesPage() {
  const search = policySearch.validate(useSearch({ strict: false }));
  const navigate = useNavigate();
  const { data, fault, refresh } = useDocument(PoliciesDocument, {});
  const policies = data?.policies;
  const shown = policies?.filter(
    (one) =>
      isAbout(one, search.contains ?? '') &&
      (search.checks === undefined || search.checks.includes(one.override === null ? 'DEFAULT' : 'OVERRIDE')),
  );
  return (
    <PolicyFrame title="Policies" note={shown && `${shown.length} of ${policies?.length}`}>
      <FilterBar
        definition={policySearch}
        labels={LABELS}
        values={search}
        onChange={(values) =>
          navigate({ to: '.', search: { ...search, ...values } as never, replace: true, resetScroll: false })
        }
      />
      {fault && <FaultNote fault={fault} onRetry={refresh} />}
      {!shown && !fault && <Loading what="the policies" lines={8} />}
      {shown && (
        <PlainTable
          label="policies"
          heads={['Policy', 'Check in force', 'Scopes', 'Operations']}
          rows={shown.map((policy) => ({ key: policy.name, cells: cellsOf(policy) }))}
        />
      )}
      {shown?.length === 0 && <p>No policies fit the filter.</p>}
    </PolicyFrame>
  );
}

const cellsOf = (policy: Policy) => [
  <div key="name">
    <ScopedLink path={['policies', policy.name]}>
      <strong>{policy.name}</strong>
    </ScopedLink>
    <div>{policy.description}</div>
  </div>,
  <div key="check">
    {policy.override !== null && <Badge state="OVERRIDE" tone="warn" />} <Checks policy={policy} />
  </div>,
  policy.access === 'SCOPED' ? policy.scopeTypes.map(inWords).join(', ') : inWords(policy.access),
  policy.operations.filter((one) => !one.endsWith('.*')).join(', '),
];

function Checks({ policy: { checks } }: { readonly policy: Policy }) {
  return checks.map(({ scopeType, check }) => (
    <div key={scopeType ?? ''}>
      {scopeType && checks.length > 1 && `${inWords(scopeType)}: `}
      <code>{check}</code>
    </div>
  ));
}
