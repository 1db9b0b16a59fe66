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
import { assignmentSearch } from './pages/assignments/search.js';
import { credentialSearch } from './pages/credentials/search.js';
import { domainSearch } from './pages/domains/search.js';
import { groupSearch } from './pages/groups/search.js';
import { projectSearch } from './pages/projects/search.js';
import { validateRights } from './pages/rights/search.js';
import { roleSearch } from './pages/roles/search.js';
import { userSearch } from './pages/users/search.js';
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

const users = createRoute({
  getParentRoute: () => scope,
  path: 'users',
  validateSearch: userSearch.validate,
  component: lazyRouteComponent(() => import('./pages/users/list.js'), 'UsersPage'),
});
const user = createRoute({
  getParentRoute: () => scope,
  path: 'users/$id',
  component: lazyRouteComponent(() => import('./pages/users/detail.js'), 'UserPage'),
});

const groups = createRoute({
  getParentRoute: () => scope,
  path: 'groups',
  validateSearch: groupSearch.validate,
  component: lazyRouteComponent(() => import('./pages/groups/list.js'), 'GroupsPage'),
});
const group = createRoute({
  getParentRoute: () => scope,
  path: 'groups/$id',
  component: lazyRouteComponent(() => import('./pages/groups/detail.js'), 'GroupPage'),
});

const roles = createRoute({
  getParentRoute: () => scope,
  path: 'roles',
  validateSearch: roleSearch.validate,
  component: lazyRouteComponent(() => import('./pages/roles/list.js'), 'RolesPage'),
});
const role = createRoute({
  getParentRoute: () => scope,
  path: 'roles/$id',
  component: lazyRouteComponent(() => import('./pages/roles/detail.js'), 'RolePage'),
});

const domains = createRoute({
  getParentRoute: () => scope,
  path: 'domains',
  validateSearch: domainSearch.validate,
  component: lazyRouteComponent(() => import('./pages/domains/list.js'), 'DomainsPage'),
});
const domain = createRoute({
  getParentRoute: () => scope,
  path: 'domains/$id',
  component: lazyRouteComponent(() => import('./pages/domains/detail.js'), 'DomainPage'),
});

const assignments = createRoute({
  getParentRoute: () => scope,
  path: 'assignments',
  validateSearch: assignmentSearch.validate,
  component: lazyRouteComponent(() => import('./pages/assignments/list.js'), 'AssignmentsPage'),
});

const credentials = createRoute({
  getParentRoute: () => scope,
  path: 'credentials',
  validateSearch: credentialSearch.validate,
  component: lazyRouteComponent(() => import('./pages/credentials/list.js'), 'CredentialsPage'),
});

const rights = createRoute({
  getParentRoute: () => scope,
  path: 'rights',
  validateSearch: validateRights,
  component: lazyRouteComponent(() => import('./pages/rights/rights.js'), 'RightsPage'),
});

const account = createRoute({
  getParentRoute: () => scope,
  path: 'account',
  component: lazyRouteComponent(() => import('./pages/account/account.js'), 'AccountPage'),
});

const access = [users, user, groups, group, roles, role, assignments, rights, credentials, domains, domain, account];

export const router = createRouter({
  routeTree: root.addChildren([home, logIn, scope.addChildren([now, agents, agent, projects, project, ...access])]),
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
