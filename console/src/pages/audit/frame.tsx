import type { ReactNode } from 'react';
import { SectionNav } from '../../kit/section-nav.js';
import { useTitle } from '../../kit/title.js';
import css from './audit.module.css';

const SECTIONS = [
  { title: 'Entries', path: ['audit'] },
  { title: 'Denials', path: ['audit', 'denials'] },
  { title: 'Chain', path: ['audit', 'chain'], policy: 'audit:verify' },
];

/** The way between the pages of the audit log. */
export const AuditSections = () => <SectionNav label="Audit" sections={SECTIONS} />;

interface FrameProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page of the audit log that is no list of the API's and no object. */
export function AuditFrame({ title, actions, children }: FrameProps) {
  useTitle(title);
  return (
    <>
      <AuditSections />
      <div className={css.head}>
        <h1 tabIndex={-1}>{title}</h1>
        <div className={css.actions}>{actions}</div>
      </div>
      {children}
    </>
  );
}
