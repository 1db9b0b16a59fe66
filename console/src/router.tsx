import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from '@tanstack/react-router';
import { isReachable } from './api/http.js';
import { isScope } from './api/scope.js';
import { look, session } from './api/session.js';
import { NotFound } from './kit/faults.js';
import { parseSearch, stringifySearch } from './kit/search.js';
import { agentSearch } from './pages/agents/search.js';
import { allowlistSearch, compareSearch, publishSearch } from './pages/allowlists/search.js';
import { agentResultSearch, resultSearch } from './pages/attestations/search.js';
import { spanSearch } from './pages/attestations/trend.js';
import { projectSearch } from './pages/projects/search.js';
import { Home } from './shell/home.js';
import { LogInPage } from './shell/log-in-page.js';
import { Root } from './shell/root.js';
import { RouteFault } from './shell/route-fault.js';
import { ScopeLayout } from './shell/scope-layout.js';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const root = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: RouteFault });

/** Whoever is not logged in is asked to first, and comes back. */
async function requireSession(href: string): Promise<void> {
  const found = session.get() ?? (await look());
  if (found) return;
  if (!isReachable.get()) throw new Error('The server does not answer.');
  throw redirect({ to: '/log-in', search: href === '/' ? {} : { to: href } });
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: ({ location }) => requireSession(location.href),
  component: Home,
});

const logIn = createRoute({
  getParentRoute: () => root,
  path: '/log-in',
  validateSearch: (search): { to?: string | undefined } => ({ to: text(search.to) }),
  component: LogInPage,
});

const scope = createRoute({
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
});

const now = createRoute({
  getParentRoute: () => scope,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/now/now.js'), 'NowPage'),
});

const agents = createRoute({
  getParentRoute: () => scope,
  path: 'agents',
  validateSearch: agentSearch.validate,
  component: lazyRouteComponent(() => import('./pages/agents/list.js'), 'AgentsPage'),
});
const agent = createRoute({
  getParentRoute: () => scope,
  path: 'agents/$id',
  component: lazyRouteComponent(() => import('./pages/agents/detail.js'), 'AgentPage'),
});

const allowlists = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists',
  validateSearch: allowlistSearch.validate,
  component: lazyRouteComponent(() => import('./pages/allowlists/list.js'), 'AllowlistsPage'),
});
const newAllowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/new',
  component: lazyRouteComponent(() => import('./pages/allowlists/new.js'), 'NewAllowlistPage'),
});
const allowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/$id',
  component: lazyRouteComponent(() => import('./pages/allowlists/detail.js'), 'AllowlistPage'),
});
const publishAllowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/$id/publish',
  validateSearch: publishSearch,
  component: lazyRouteComponent(() => import('./pages/allowlists/publish.js'), 'PublishPage'),
});
const compareAllowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/$id/compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('./pages/allowlists/compare.js'), 'ComparePage'),
});

const attestations = createRoute({
  getParentRoute: () => scope,
  path: 'attestations',
  validateSearch: resultSearch.validate,
  component: lazyRouteComponent(() => import('./pages/attestations/list.js'), 'AttestationsPage'),
});
const trustOverTime = createRoute({
  getParentRoute: () => scope,
  path: 'attestations/over-time',
  validateSearch: spanSearch,
  component: lazyRouteComponent(() => import('./pages/attestations/over-time.js'), 'OverTimePage'),
});
const attestation = createRoute({
  getParentRoute: () => scope,
  path: 'attestations/$id',
  component: lazyRouteComponent(() => import('./pages/attestations/detail.js'), 'AttestationPage'),
});
const agentAttestations = createRoute({
  getParentRoute: () => scope,
  path: 'agents/$id/attestations',
  validateSearch: agentResultSearch.validate,
  component: lazyRouteComponent(() => import('./pages/attestations/agent-results.js'), 'AgentResultsPage'),
});

const projects = createRoute({
  getParentRoute: () => scope,
  path: 'projects',
  validateSearch: projectSearch.validate,
  component: lazyRouteComponent(() => import('./pages/projects/list.js'), 'ProjectsPage'),
});
const project = createRoute({
  getParentRoute: () => scope,
  path: 'projects/$id',
  component: lazyRouteComponent(() => import('./pages/projects/detail.js'), 'ProjectPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    logIn,
    scope.addChildren([
      now,
      agents,
      agent,
      agentAttestations,
      allowlists,
      newAllowlist,
      allowlist,
      publishAllowlist,
      compareAllowlist,
      attestations,
      trustOverTime,
      attestation,
      projects,
      project,
    ]),
  ]),
  pathParamsAllowedCharacters: [':'],
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
