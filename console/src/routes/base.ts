import { createRootRoute, createRoute, notFound, redirect } from '@tanstack/react-router';
import { isReachable } from '../api/http.js';
import { isScope } from '../api/scope.js';
import { look, session } from '../api/session.js';
import { NotFound } from '../kit/faults.js';
import { Home } from '../shell/home.js';
import { LogInPage } from '../shell/log-in-page.js';
import { Lost } from '../shell/lost.js';
import { Root } from '../shell/root.js';
import { RouteFault } from '../shell/route-fault.js';
import { ScopeLayout } from '../shell/scope-layout.js';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const root = createRootRoute({ component: Root, notFoundComponent: Lost, errorComponent: RouteFault });

/** Whoever is not logged in is asked to first, and comes back. */
async function requireSession(href: string): Promise<void> {
  const found = session.get() ?? (await look());
  if (found) return;
  if (!isReachable.get()) throw new Error('The server does not answer.');
  throw redirect({ to: '/log-in', search: href === '/' ? {} : { to: href } });
}

export const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: ({ location }) => requireSession(location.href),
  component: Home,
});

export const logIn = createRoute({
  getParentRoute: () => root,
  path: '/log-in',
  validateSearch: (search): { to?: string | undefined } => ({ to: text(search.to) }),
  component: LogInPage,
});

export const scope = createRoute({
  getParentRoute: () => root,
  path: '/s/$scope',
  params: {
    parse: ({ scope }) => {
      if (!isScope(scope)) throw notFound();
      return { scope };
    },
    stringify: ({ scope }) => ({ scope }),
  },
  beforeLoad: ({ location }) => requireSession(location.href),
  component: ScopeLayout,
  notFoundComponent: NotFound,
});
