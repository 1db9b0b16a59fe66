import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { matrixSearch, policySearch, revisionSearch, testerSearch } from '../pages/policies/search.js';
import { scope } from './base.js';

const policies = createRoute({
  getParentRoute: () => scope,
  path: 'policies',
  validateSearch: policySearch.validate,
  component: lazyRouteComponent(() => import('../pages/policies/list.js'), 'PoliciesPage'),
});

const policyMatrix = createRoute({
  getParentRoute: () => scope,
  path: 'policies/matrix',
  validateSearch: matrixSearch.validate,
  component: lazyRouteComponent(() => import('../pages/policies/matrix.js'), 'PolicyMatrixPage'),
});

const policyRevisions = createRoute({
  getParentRoute: () => scope,
  path: 'policies/revisions',
  validateSearch: revisionSearch.validate,
  component: lazyRouteComponent(() => import('../pages/policies/revisions.js'), 'PolicyRevisionsPage'),
});

const policyRevision = createRoute({
  getParentRoute: () => scope,
  path: 'policies/revisions/$number',
  component: lazyRouteComponent(() => import('../pages/policies/revision.js'), 'PolicyRevisionPage'),
});

const policyCandidate = createRoute({
  getParentRoute: () => scope,
  path: 'policies/candidate',
  component: lazyRouteComponent(() => import('../pages/policies/candidate.js'), 'PolicyCandidatePage'),
});

const explain = createRoute({
  getParentRoute: () => scope,
  path: 'policies/explain',
  validateSearch: testerSearch.validate,
  component: lazyRouteComponent(() => import('../pages/policies/explain.js'), 'ExplainPage'),
});

const policy = createRoute({
  getParentRoute: () => scope,
  path: 'policies/$name',
  component: lazyRouteComponent(() => import('../pages/policies/detail.js'), 'PolicyPage'),
});

export const policiesRoutes = [
  policies,
  policyMatrix,
  policyRevisions,
  policyRevision,
  policyCandidate,
  explain,
  policy,
] as const;
