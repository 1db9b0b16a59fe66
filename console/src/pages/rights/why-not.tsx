import { useDocument } from '../../api/queries.js';
import { WhyNotDocument, type WhyNotQuery } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import type { Pick } from '../../kit/pick-field.js';
import { Section } from '../../kit/section.js';
import { GrantTask } from '../access/grant-task.js';
import { principalOf, scopeNames, scopeRefOf } from '../access/refs.js';
import { CheckTree } from './check-tree.js';
import css from './rights.module.css';
import { OBSTACLES, OUTCOMES } from './words.js';

type Explanation = NonNullable<WhyNotQuery['explainDecision']>;

interface WhyNotProps {
  readonly who: Pick;
  readonly at: string | undefined;
  readonly policy: string;
  readonly target: string | undefined;
}

/** Why somebody may not do something, and what would allow it. */
export function WhyNot({ who, at, policy, target }: WhyNotProps) {
  const principal = principalOf(who.id) ?? { user: { id: who.id } };
  // An agent is asked about at the scope that it is in.
  const scope = 'agent' in principal ? undefined : scopeRefOf(at);
  const { data, fault, refresh } = useDocument(WhyNotDocument, {
    principal,
    scope,
    policy,
    targetId: target,
  });
  if (fault) return <FaultNote fault={fault} onRetry={refresh} />;
  const told = data?.explainDecision;
  if (!told) return <Loading what="the decision" />;
  return (
    <div aria-live="polite">
      <Verdict who={who} told={told} />
      {told.missing.length > 0 && <Missing who={who} told={told} />}
      {told.checks.length > 0 && (
        <Section title="How it was decided">
          <CheckTree checks={told.checks} />
        </Section>
      )}
      <p className={css.quiet}>
        Roles in effect there: {told.roles.join(', ') || 'none'}.
        {told.scopeTypes.length > 0 &&
          ` The policy is for scopes of the kind ${told.scopeTypes.join(', ').toLowerCase()}.`}
      </p>
    </div>
  );
}

function Verdict({ who, told: { outcome, obstacle, scope } }: { readonly who: Pick; readonly told: Explanation }) {
  const isAllowed = outcome === 'ALLOWED';
  return (
    <p className={css.verdict}>
      <Badge state={isAllowed ? 'ALLOWED' : 'DENIED'} tone={isAllowed ? 'good' : 'bad'} />{' '}
      <strong>
        <bdi>{who.label}</bdi> on {scopeNames(scope).label}:
      </strong>{' '}
      {OUTCOMES[outcome]} {obstacle && OBSTACLES[obstacle]}
    </p>
  );
}

function Missing({ who, told: { missing } }: { readonly who: Pick; readonly told: Explanation }) {
  return (
    <Section title={missing.length === 1 ? 'What would allow it' : 'What would allow it, all together'}>
      <ul className={css.missing}>
        {missing.map(({ role, scope }) => {
          const { word, label } = scopeNames(scope);
          return (
            <li key={`${role} ${word}`}>
              <span>
                The role <strong>{role}</strong> on {label}
              </span>
              <GrantTask
                label={`Grant ${role} …`}
                start={{ who, role: { id: `name:${role}`, label: role }, at: word ? { id: word, label } : null }}
              />
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
