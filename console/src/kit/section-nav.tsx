import { Link } from '@tanstack/react-router';
import { pathOf } from './scoped-link.js';
import css from './section-nav.module.css';
import { useViewer } from './viewer.js';

/** A page of a section. */
export interface Section {
  readonly title: string;
  readonly path: readonly string[];
  /** The policy of what it shows: whom it allows nothing does not see the page. */
  readonly policy?: string;
}

/** The way between the pages of one noun. */
export function SectionNav({ label, sections }: { readonly label: string; readonly sections: readonly Section[] }) {
  const { scope, permissions } = useViewer();
  const shown = sections.filter(({ policy }) => policy === undefined || permissions?.has(policy));
  return (
    <nav className={css.sections} aria-label={label}>
      {shown.map(({ title, path }) => (
        <Link key={title} to={pathOf(scope, path)} activeOptions={{ exact: true, includeSearch: false }}>
          {title}
        </Link>
      ))}
    </nav>
  );
}
