import { Check, Copy as CopyIcon } from 'lucide-react';
import { useState } from 'react';
import css from './copy.module.css';

const SHOWN_MS = 1_500;

/** A text to take elsewhere, with a button that copies it. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <span className={css.copy}>
      <code>{text}</code>
      <button type="button" className="plain" onClick={copy} aria-label={`Copy ${what}`} title={`Copy ${what}`}>
        {isCopied ? <Check size={14} /> : <CopyIcon size={14} />}
      </button>
      <span className="unseen" role="status">
        {isCopied ? 'Copied' : ''}
      </span>
    </span>
  );
}
