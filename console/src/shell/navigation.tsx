import { Link } from '@tanstack/react-router';
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

/** The way to the places of the scope. */
export function Navigation() {
  const nouns = useNouns();
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
