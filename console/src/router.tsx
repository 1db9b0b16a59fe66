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
import { auditSearch, denialSearch } from './pages/audit/search.js';
import { matrixSearch, policySearch, revisionSearch, testerSearch } from './pages/policies/search.js';
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

const policies = createRoute({
  getParentRoute: () => scope,
  path: 'policies',
  validateSearch: policySearch.validate,
  component: lazyRouteComponent(() => import('./pages/policies/list.js'), 'PoliciesPage'),
});
const policyMatrix = createRoute({
  getParentRoute: () => scope,
  path: 'policies/matrix',
  validateSearch: matrixSearch.validate,
  component: lazyRouteComponent(() => import('./pages/policies/matrix.js'), 'PolicyMatrixPage'),
});
const policyRevisions = createRoute({
  getParentRoute: () => scope,
  path: 'policies/revisions',
  validateSearch: revisionSearch.validate,
  component: lazyRouteComponent(() => import('./pages/policies/revisions.js'), 'PolicyRevisionsPage'),
});
const policyRevision = createRoute({
  getParentRoute: () => scope,
  path: 'policies/revisions/$number',
  component: lazyRouteComponent(() => import('./pages/policies/revision.js'), 'PolicyRevisionPage'),
});
const policyCandidate = createRoute({
  getParentRoute: () => scope,
  path: 'policies/candidate',
  component: lazyRouteComponent(() => import('./pages/policies/candidate.js'), 'PolicyCandidatePage'),
});
const explain = createRoute({
  getParentRoute: () => scope,
  path: 'policies/explain',
  validateSearch: testerSearch.validate,
  component: lazyRouteComponent(() => import('./pages/policies/explain.js'), 'ExplainPage'),
});
const policy = createRoute({
  getParentRoute: () => scope,
  path: 'policies/$name',
  component: lazyRouteComponent(() => import('./pages/policies/detail.js'), 'PolicyPage'),
});
const audit = createRoute({
  getParentRoute: () => scope,
  path: 'audit',
  validateSearch: auditSearch.validate,
  component: lazyRouteComponent(() => import('./pages/audit/list.js'), 'AuditPage'),
});
const denials = createRoute({
  getParentRoute: () => scope,
  path: 'audit/denials',
  validateSearch: denialSearch.validate,
  component: lazyRouteComponent(() => import('./pages/audit/denials.js'), 'DenialsPage'),
});
const auditChain = createRoute({
  getParentRoute: () => scope,
  path: 'audit/chain',
  component: lazyRouteComponent(() => import('./pages/audit/chain.js'), 'AuditChainPage'),
});
const auditEntry = createRoute({
  getParentRoute: () => scope,
  path: 'audit/$id',
  component: lazyRouteComponent(() => import('./pages/audit/detail.js'), 'AuditEntryPage'),
});
const about = createRoute({
  getParentRoute: () => scope,
  path: 'about',
  component: lazyRouteComponent(() => import('./pages/about/about.js'), 'AboutPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    logIn,
    scope.addChildren([
      ...[now, agents, agent, projects, project],
      ...[policies, policyMatrix, policyRevisions, policyRevision, policyCandidate, explain, policy],
      ...[audit, denials, auditChain, auditEntry, about],
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
