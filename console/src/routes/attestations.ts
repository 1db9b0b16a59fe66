import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { agentResultSearch, resultSearch } from '../pages/attestations/search.js';
import { spanSearch } from '../pages/attestations/trend.js';
import { scope } from './base.js';

const attestations = createRoute({
  getParentRoute: () => scope,
  path: 'attestations',
  validateSearch: resultSearch.validate,
  component: lazyRouteComponent(() => import('../pages/attestations/list.js'), 'AttestationsPage'),
});

const trustOverTime = createRoute({
  getParentRoute: () => scope,
  path: 'attestations/over-time',
  validateSearch: spanSearch,
  component: lazyRouteComponent(() => import('../pages/attestations/over-time.js'), 'OverTimePage'),
});

const attestation = createRoute({
  getParentRoute: () => scope,
  path: 'attestations/$id',
  component: lazyRouteComponent(() => import('../pages/attestations/detail.js'), 'AttestationPage'),
});

const agentAttestations = createRoute({
  getParentRoute: () => scope,
  path: 'agents/$id/attestations',
  validateSearch: agentResultSearch.validate,
  component: lazyRouteComponent(() => import('../pages/attestations/agent-results.js'), 'AgentResultsPage'),
});

export const attestationsRoutes = [attestations, trustOverTime, attestation, agentAttestations] as const;
