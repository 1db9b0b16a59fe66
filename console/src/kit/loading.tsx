import { useEffect, useState } from 'react';
import css from './loading.module.css';

/** An answer that comes sooner needs no sign that it is awaited. */
const PATIENCE_MS = 300;

/** Shown in place of something that is on its way, once that takes noticeably long. */
export function Loading({ what, lines = 3 }: { readonly what: string; readonly lines?: number }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) return null;
  return (
    <div className={css.loading} role="status">
      <span className="unseen">Loading {what} …</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all the same.
        <div key={line} className={css.line} aria-hidden="true" />
      ))}
    </div>
  );
}
