import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { agentSearch } from '../pages/agents/search.js';
import { scope } from './base.js';

const now = createRoute({
  getParentRoute: () => scope,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/now/now.js'), 'NowPage'),
});

const agents = createRoute({
  getParentRoute: () => scope,
  path: 'agents',
  validateSearch: agentSearch.validate,
  component: lazyRouteComponent(() => import('../pages/agents/list.js'), 'AgentsPage'),
});

const agent = createRoute({
  getParentRoute: () => scope,
  path: 'agents/$id',
  component: lazyRouteComponent(() => import('../pages/agents/detail.js'), 'AgentPage'),
});

export const fleetRoutes = [now, agents, agent] as const;
