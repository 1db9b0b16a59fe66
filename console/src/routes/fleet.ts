import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { agentSearch, agentViewSearch } from '../pages/agents/search.js';
import { joinTokenSearch } from '../pages/join-tokens/search.js';
import { nodeSearch } from '../pages/nodes/search.js';
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
  validateSearch: agentViewSearch.validate,
  component: lazyRouteComponent(() => import('../pages/agents/detail.js'), 'AgentPage'),
});

const nodes = createRoute({
  getParentRoute: () => scope,
  path: 'nodes',
  validateSearch: nodeSearch.validate,
  component: lazyRouteComponent(() => import('../pages/nodes/list.js'), 'NodesPage'),
});

const node = createRoute({
  getParentRoute: () => scope,
  path: 'nodes/$id',
  component: lazyRouteComponent(() => import('../pages/nodes/detail.js'), 'NodePage'),
});

const joinTokens = createRoute({
  getParentRoute: () => scope,
  path: 'join-tokens',
  validateSearch: joinTokenSearch.validate,
  component: lazyRouteComponent(() => import('../pages/join-tokens/list.js'), 'JoinTokensPage'),
});

export const fleetRoutes = [now, agents, agent, nodes, node, joinTokens] as const;
