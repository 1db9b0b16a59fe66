import type { ReactNode } from 'react';
import { useLive } from '../../api/live.js';
import { useDocument } from '../../api/queries.js';
import { PolicyRightsDocument } from '../../generated/documents.js';
import { type Permission, permissionFor } from '../../kit/permission.js';
import { SectionNav } from '../../kit/section-nav.js';
import { useTitle } from '../../kit/title.js';
import { useViewer } from '../../kit/viewer.js';
import css from './policies.module.css';

const KINDS = ['POLICY_REVISION'] as const;

const SECTIONS = [
  { title: 'Policies', path: ['policies'] },
  { title: 'Matrix', path: ['policies', 'matrix'] },
  { title: 'Revisions', path: ['policies', 'revisions'], policy: 'policy:list_revisions' },
  { title: 'Candidate', path: ['policies', 'candidate'], policy: 'policy:list_revisions' },
  { title: 'Explain a decision', path: ['policies', 'explain'] },
];

/** The way between the pages about policies. */
export const PolicySections = () => <SectionNav label="Policies" sections={SECTIONS} />;

interface FrameProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page about policies that is no list of the API's and no object. */
export function PolicyFrame({ title, note, actions, children }: FrameProps) {
  useTitle(title);
  useLive(useViewer().scope, KINDS);
  return (
    <>
      <PolicySections />
      <div className={css.head}>
        <h1 tabIndex={-1}>{title}</h1>
        {note && <span className={css.note}>{note}</span>}
        <div className={css.actions}>{actions}</div>
      </div>
      {children}
    </>
  );
}

/** What the viewer may do about policies, by the name of the mutation. */
export function usePolicyRights(): (operation: string) => Permission | undefined {
  const { data } = useDocument(PolicyRightsDocument, {});
  return (operation) => permissionFor({ viewerCan: data?.viewer?.can ?? null }, operation);
}
