import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { allowlistSearch, compareSearch, publishSearch } from '../pages/allowlists/search.js';
import { scope } from './base.js';

const allowlists = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists',
  validateSearch: allowlistSearch.validate,
  component: lazyRouteComponent(() => import('../pages/allowlists/list.js'), 'AllowlistsPage'),
});

const newAllowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/new',
  component: lazyRouteComponent(() => import('../pages/allowlists/new.js'), 'NewAllowlistPage'),
});

const allowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/$id',
  component: lazyRouteComponent(() => import('../pages/allowlists/detail.js'), 'AllowlistPage'),
});

const publishAllowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/$id/publish',
  validateSearch: publishSearch,
  component: lazyRouteComponent(() => import('../pages/allowlists/publish.js'), 'PublishPage'),
});

const compareAllowlist = createRoute({
  getParentRoute: () => scope,
  path: 'allowlists/$id/compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('../pages/allowlists/compare.js'), 'ComparePage'),
});

export const allowlistsRoutes = [allowlists, newAllowlist, allowlist, publishAllowlist, compareAllowlist] as const;
