import { useNavigate, useSearch } from '@tanstack/react-router';
import { type Pick, PickField } from '../../kit/pick-field.js';
import { ScopedLink } from '../../kit/scoped-link.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import { usePolicyOptions, usePrincipalOptions, useScopeOptions, useTargetOptions } from '../access/options.js';
import { usePicked, usePickedTarget } from '../access/picked.js';
import css from './rights.module.css';
import { RightsOf } from './rights-of.js';
import { ASKS, type RightsSearch } from './search.js';
import { WhoCan } from './who-can.js';
import { WhyNot } from './why-not.js';

/** Questions about rights: why not, who, and what. The whole question stands in the address. */
export function RightsPage() {
  const search = useSearch({ from: '/s/$scope/rights' });
  const navigate = useNavigate();
  const change = (values: RightsSearch) => navigate({ to: '.', search: { ...search, ...values }, replace: true });
  const { ask = 'why' } = search;
  useTitle('Who may what');
  return (
    <>
      <h1 tabIndex={-1}>Who may what</h1>
      <nav className={css.asks} aria-label="Questions">
        {ASKS.map(([word, label]) => (
          <ScopedLink
            key={word}
            path={['rights']}
            search={{ ...search, ask: word }}
            aria-current={word === ask ? 'page' : undefined}
          >
            {label}
          </ScopedLink>
        ))}
      </nav>
      <Question {...search} ask={ask} onChange={change} />
    </>
  );
}

type QuestionProps = RightsSearch & { readonly onChange: (values: RightsSearch) => void };

function Question({ ask, who, at, policy, target, onChange }: QuestionProps) {
  const { scope } = useViewer();
  const principal = usePicked(who);
  const placed = usePicked(at ?? (scope === 'unscoped' ? undefined : scope));
  return (
    <>
      <search className={css.question}>
        {ask !== 'who' && (
          <PickField
            label="Who"
            name="who"
            required
            value={principal}
            useOptions={usePrincipalOptions}
            onPick={(pick) => onChange({ who: pick?.id })}
          />
        )}
        <PickField
          label="May do what"
          name="policy"
          required={ask !== 'of'}
          hint="A word of it, such as publish."
          value={asked(policy)}
          useOptions={usePolicyOptions}
          onPick={(pick) => onChange({ policy: pick?.id })}
        />
        <PickField
          label="At which scope"
          name="at"
          required={ask !== 'who'}
          value={placed}
          useOptions={useScopeOptions}
          onPick={(pick) => onChange({ at: pick?.id })}
        />
        {ask !== 'of' && <TargetField target={target} onChange={onChange} />}
      </search>
      <Answer ask={ask} who={principal} at={placed?.id} policy={policy} target={target} />
    </>
  );
}

function TargetField({ target, onChange }: Omit<QuestionProps, 'ask'>) {
  return (
    <PickField
      label="With which object"
      name="target"
      required={false}
      hint="Its id, or the beginning of its name; any object when empty."
      value={usePickedTarget(target)}
      useOptions={useTargetOptions}
      onPick={(pick) => onChange({ target: pick?.id })}
    />
  );
}

const asked = (text: string | undefined): Pick | null => (text ? { id: text, label: text } : null);

type AnswerProps = Omit<RightsSearch, 'who'> & { readonly who: Pick | null };

function Answer({ ask, who, at, policy, target }: AnswerProps) {
  if (ask === 'of' && who) return <RightsOf who={who.id} at={at} policy={policy} />;
  if (ask === 'who' && policy)
    return <WhoCan key={`${policy} ${at} ${target}`} policy={policy} at={at} target={target} />;
  if (ask === 'why' && who && policy) return <WhyNot who={who} at={at} policy={policy} target={target} />;
  return <p className={css.quiet}>Choose above what to ask. The answer is a link that you can send to somebody.</p>;
}
