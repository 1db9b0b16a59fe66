import { Link, useRouterState } from '@tanstack/react-router';
import { Menu } from 'lucide-react';
import { useNarrow } from '../kit/narrow.js';
import { pathOf } from '../kit/scoped-link.js';
import { useViewer } from '../kit/viewer.js';
import css from './navigation.module.css';
import { NOUNS, type Noun } from './nouns.js';

const GROUPS: readonly Noun['group'][] = [null, 'Fleet', 'Access', 'Oversight'];

/** The places that the viewer may read something of, as the server says. */
export function useNouns(): readonly Noun[] {
  const { permissions } = useViewer();
  return NOUNS.filter(({ policy }) => policy === null || permissions?.has(policy));
}

/** The way to the places of the scope; where there is no room beside the page, in a menu. */
export function Navigation() {
  const nouns = useNouns();
  return useNarrow() ? <PlacesMenu nouns={nouns} /> : <Places nouns={nouns} />;
}

interface PlacesProps {
  readonly nouns: readonly Noun[];
}

/** It closes when it has led somewhere. */
function PlacesMenu({ nouns }: PlacesProps) {
  const { scope } = useViewer();
  const at = useRouterState({ select: ({ location }) => location.pathname });
  const here = nouns.findLast(({ path }) => `${at}/`.startsWith(`${pathOf(scope, path)}/`));
  return (
    <details key={at} className={css.menu}>
      <summary>
        <Menu size={15} aria-hidden="true" />
        Places
        {here && <strong>{here.title}</strong>}
      </summary>
      <Places nouns={nouns} />
    </details>
  );
}

function Places({ nouns }: PlacesProps) {
  return (
    <nav className={css.navigation} aria-label="Places">
      {GROUPS.map((group) => {
        const inside = nouns.filter((noun) => noun.group === group);
        return inside.length > 0 && <Group key={group} title={group} nouns={inside} />;
      })}
    </nav>
  );
}

function Group({ title, nouns }: { readonly title: string | null; readonly nouns: readonly Noun[] }) {
  const { scope } = useViewer();
  return (
    <div className={css.group}>
      {title && <p>{title}</p>}
      <ul>
        {nouns.map(({ title, path, icon: Icon }) => (
          <li key={title}>
            <Link to={pathOf(scope, path)} activeOptions={{ exact: path.length === 0, includeSearch: false }}>
              <Icon size={15} aria-hidden="true" />
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
