import { ScopedLink } from '../../kit/scoped-link.js';

interface Owned {
  readonly ownerType: string;
  readonly domain: { readonly name: string } | null;
  readonly project: { readonly id: string; readonly name: string } | null;
}

/** Whose a list is. */
export function Owner({ ownerType, domain, project }: Owned) {
  if (ownerType === 'SYSTEM') return <span>The system</span>;
  if (project)
    return (
      <span>
        Project <ScopedLink path={['projects', project.id]}>{project.name}</ScopedLink>
      </span>
    );
  return domain ? (
    <span>
      Domain <bdi>{domain.name}</bdi>
    </span>
  ) : (
    <span>{ownerType === 'PROJECT' ? 'A project' : 'A domain'}</span>
  );
}

/** The same in a row, which leads elsewhere. */
export const ownerInWords = ({ ownerType, domain, project }: Owned): string =>
  ownerType === 'SYSTEM' ? 'The system' : (project?.name ?? domain?.name ?? '—');
