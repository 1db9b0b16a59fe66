import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useDocument } from '../../api/queries.js';
import { ExplainDecisionDocument, type ExplainDecisionQuery, PoliciesDocument } from '../../generated/documents.js';
import { Badge } from '../../kit/badge.js';
import { Explanation } from '../../kit/explanation.js';
import { FaultNote } from '../../kit/faults.js';
import { Field } from '../../kit/field.js';
import { Loading } from '../../kit/loading.js';
import { useViewer } from '../../kit/viewer.js';
import { inWords } from '../../kit/words.js';
import { PolicyFrame } from './frame.js';
import css from './policies.module.css';
import { principalOf, scopeRefOf } from './question.js';
import { testerSearch } from './search.js';

/** Explains a decision: for whom, which policy, on what. The question stands in the address. */
export function ExplainPage() {
  const search = testerSearch.validate(useSearch({ strict: false }));
  const navigate = useNavigate();
  const { scope } = useViewer();
  const { data } = useDocument(PoliciesDocument, {});
  const asked = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = Object.fromEntries(
      [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim() || undefined]),
    );
    void navigate({ to: '.', search: given as never, resetScroll: false });
  };
  return (
    <PolicyFrame title="Explain a decision">
      <form className={css.form} onSubmit={asked}>
        <Field
          label="Who"
          name="principal"
          hint="A user as DOMAIN/NAME, or the id of a user or an agent."
          defaultValue={search.principal}
          data-filter
          required
        />
        <Field
          label="Policy"
          name="policy"
          hint="For example agent:ban."
          list="policies"
          defaultValue={search.policy}
          required
        />
        <datalist id="policies">
          {data?.policies?.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Field label="Object" name="target" hint="Its id; without it, any object." defaultValue={search.target} />
        <Field
          label="Scope"
          name="at"
          hint={`system, domain:ID or project:ID; by default ${scope}.`}
          defaultValue={search.at}
        />
        <div>
          <button type="submit" className="primary">
            Explain
          </button>
        </div>
      </form>
      {search.principal && search.policy && <Answer {...search} principal={search.principal} policy={search.policy} />}
    </PolicyFrame>
  );
}

interface AnswerProps {
  readonly principal: string;
  readonly policy: string;
  readonly target?: string;
  readonly at?: string;
}

function Answer({ principal: text, policy, target, at }: AnswerProps) {
  const { scope } = useViewer();
  const principal = principalOf(text);
  const variables = {
    principal,
    policy,
    targetId: target ?? null,
    scope: principal.agent ? null : scopeRefOf(at ?? scope),
  };
  const { data, fault, refresh } = useDocument(ExplainDecisionDocument, variables);
  const found = data?.explainDecision;
  if (fault) return <FaultNote fault={fault} onRetry={refresh} />;
  return found ? <Decision found={found} /> : <Loading what="the explanation" />;
}

type Found = NonNullable<ExplainDecisionQuery['explainDecision']>;

const OBSTACLES: Readonly<Record<NonNullable<Found['obstacle']>, string>> = {
  SCOPE_TYPE: 'No grant would help: the policy does not accept tokens of this scope.',
  BOUNDARY: 'No grant would help: the object is outside the scope.',
  PRINCIPAL: 'No grant would help: the user is disabled, or the agent banned or retired.',
  TRUST_STATE: 'The agent would have to be trusted.',
  AGENT: 'No grant would help: agents hold no roles.',
  CHECK: 'No role that exists would satisfy the check.',
  TOO_MANY_ROLES: 'Which grant would help is not known: the check names too many roles.',
};

function Decision({ found: { outcome, roles, missing, obstacle, checks, scopeTypes } }: { readonly found: Found }) {
  return (
    <section aria-label="The decision">
      <p>
        <Badge state={outcome} tone={outcome === 'ALLOWED' ? 'good' : 'bad'} /> Roles in effect:{' '}
        {roles.join(', ') || 'none'}.
        {outcome === 'WRONG_SCOPE' && ` The policy takes tokens of ${scopeTypes.map(inWords).join(' or ')}.`}
        {outcome === 'NO_TOKEN' && ' It gets no token for this scope.'}
      </p>
      {missing.length > 0 && (
        <p>
          It would be allowed with {missing.map(({ role, scope }) => `${role} on ${placeOf(scope)}`).join(' and ')}.
        </p>
      )}
      {obstacle && <p>{OBSTACLES[obstacle]}</p>}
      {checks.length > 0 && <Explanation checks={checks} />}
    </section>
  );
}

const placeOf = ({ type, domain, project }: Found['missing'][number]['scope']) =>
  [inWords(type).toLowerCase(), [domain?.name, project?.name].filter(Boolean).join('/')].filter(Boolean).join(' ');
