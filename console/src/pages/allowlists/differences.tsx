import { useMemo } from 'react';
import { type Content, differenceOf, isTooLarge } from './diff.js';
import { DiffView } from './diff-view.js';

/** What is different between two contents, or why that is not shown. */
export function Differences({ before, after }: { readonly before: Content; readonly after: Content }) {
  const sections = useMemo(() => differenceOf(before, after), [before, after]);
  if (sections !== null) return <DiffView sections={sections} />;
  return isTooLarge(before) || isTooLarge(after) ? (
    <p>
      Lists above 8 MiB are not compared here. Read both revisions with{' '}
      <code>GET /allowlist-revisions/ID/ima-policy</code>, and compare them where you are.
    </p>
  ) : (
    <p>One of them is no list that can be read here: the server says what is wrong with it.</p>
  );
}
