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
import { agentSearch, agentViewSearch } from './pages/agents/search.js';
import { joinTokenSearch } from './pages/join-tokens/search.js';
import { nodeSearch } from './pages/nodes/search.js';
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
  validateSearch: agentViewSearch.validate,
  component: lazyRouteComponent(() => import('./pages/agents/detail.js'), 'AgentPage'),
});

const nodes = createRoute({
  getParentRoute: () => scope,
  path: 'nodes',
  validateSearch: nodeSearch.validate,
  component: lazyRouteComponent(() => import('./pages/nodes/list.js'), 'NodesPage'),
});
const node = createRoute({
  getParentRoute: () => scope,
  path: 'nodes/$id',
  component: lazyRouteComponent(() => import('./pages/nodes/detail.js'), 'NodePage'),
});
const joinTokens = createRoute({
  getParentRoute: () => scope,
  path: 'join-tokens',
  validateSearch: joinTokenSearch.validate,
  component: lazyRouteComponent(() => import('./pages/join-tokens/list.js'), 'JoinTokensPage'),
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
    scope.addChildren([now, nodes, node, joinTokens, agents, agent, projects, project]),
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
