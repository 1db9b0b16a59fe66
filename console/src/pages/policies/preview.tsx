import { useEffect, useState } from 'react';
import { useDocument } from '../../api/queries.js';
import { PolicyPreviewDocument, type PolicyPreviewQuery } from '../../generated/documents.js';
import { FaultNote } from '../../kit/faults.js';
import { Loading } from '../../kit/loading.js';
import css from './policies.module.css';
import { gainsOf, inputOf, type OverrideSet } from './sets.js';

type Preview = NonNullable<NonNullable<PolicyPreviewQuery['previewPolicyChange']>['preview']>;

const PAUSE_MS = 400;

/** A value once it has been the same for a moment. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

interface PreviewProps {
  readonly set: OverrideSet;
  /** Receives the hash that stands for exactly this change; null while there is none. */
  readonly onHash?: (hash: string | null) => void;
}

/** Who would gain and who would lose access with a set of overrides, as the server works it out. */
export function ChangePreview({ set, onHash }: PreviewProps) {
  const settled = useSettled(set);
  const isSettled = JSON.stringify(settled) === JSON.stringify(set);
  const { data, fault, refresh } = useDocument(PolicyPreviewDocument, { input: inputOf(settled) });
  const { preview = null, userErrors = [] } = data?.previewPolicyChange ?? {};
  const hash = (isSettled && preview?.hash) || null;
  useEffect(() => onHash?.(hash), [hash, onHash]);
  if (fault) return <FaultNote fault={fault} onRetry={refresh} />;
  if (userErrors.length > 0)
    return (
      <ul>
        {userErrors.map(({ message, path }) => (
          <li key={path.join('.')}>{message}</li>
        ))}
      </ul>
    );
  return preview ? <Effects preview={preview} /> : <Loading what="what it would change" lines={2} />;
}

function Effects({ preview: { differences, differencesOmitted, proofs } }: { readonly preview: Preview }) {
  const gains = gainsOf(differences);
  const openings = proofs.filter(({ verdict }) => verdict !== 'NO_NEW_ACCESS');
  return (
    <section className={css.preview} aria-label="What it would change" aria-live="polite">
      {gains.length === 0 && <p>No kind of caller gains or loses anything.</p>}
      <ul>
        {gains.map(({ policy, isGain, personas }) => (
          <li key={`${policy} ${isGain}`}>
            <code>{policy}</code>: <strong>{isGain ? 'gain it' : 'lose it'}</strong>, at least in part:{' '}
            {personas.join('; ')}
          </li>
        ))}
      </ul>
      {differencesOmitted > 0 && <p>And {differencesOmitted.toLocaleString('en')} more differences.</p>}
      {proofs.length > 0 && openings.length === 0 && <p>It is proved that nobody gains access.</p>}
      <ul>
        {openings.map(({ policy, scopeType, verdict, counterexample }) => (
          <li key={`${policy} ${scopeType}`}>
            {verdict === 'UNKNOWN' ? 'Whether somebody gains access is not proved for ' : 'New access for '}
            <code>{policy}</code>
            {scopeType && ` at ${scopeType.toLowerCase()} scope`}
            {counterexample && `, for example where ${counterexample.map(wordsOf).join(' and ')}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

const wordsOf = ({ atom, value }: { readonly atom: string; readonly value: string }) =>
  `${atom} is ${value.toLowerCase()}`;
