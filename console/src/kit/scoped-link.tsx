import { Link } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';
import type { Scope } from '../api/scope.js';
import { useViewer } from './viewer.js';

/** What stands behind the `?` of an address. */
export type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The address of a place at a scope. */
export const pathOf = (scope: Scope, parts: readonly string[]): string =>
  ['/s', scope, ...parts.map(encodeURIComponent)].join('/');

interface ScopedLinkProps extends Pick<ComponentProps<'a'>, 'className' | 'title' | 'aria-current'> {
  /** The parts of the path behind the scope. */
  readonly path: readonly string[];
  readonly search?: Search;
  readonly children: ReactNode;
}

/** A link to a place at the scope of the page. */
export function ScopedLink({ path, search, children, ...rest }: ScopedLinkProps) {
  const { scope } = useViewer();
  return (
    <Link to={pathOf(scope, path)} search={search ?? {}} {...rest}>
      {children}
    </Link>
  );
}
