import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { auditSearch, denialSearch } from '../pages/audit/search.js';
import { scope } from './base.js';

const audit = createRoute({
  getParentRoute: () => scope,
  path: 'audit',
  validateSearch: auditSearch.validate,
  component: lazyRouteComponent(() => import('../pages/audit/list.js'), 'AuditPage'),
});

const denials = createRoute({
  getParentRoute: () => scope,
  path: 'audit/denials',
  validateSearch: denialSearch.validate,
  component: lazyRouteComponent(() => import('../pages/audit/denials.js'), 'DenialsPage'),
});

const auditChain = createRoute({
  getParentRoute: () => scope,
  path: 'audit/chain',
  component: lazyRouteComponent(() => import('../pages/audit/chain.js'), 'AuditChainPage'),
});

const auditEntry = createRoute({
  getParentRoute: () => scope,
  path: 'audit/$id',
  component: lazyRouteComponent(() => import('../pages/audit/detail.js'), 'AuditEntryPage'),
});

const about = createRoute({
  getParentRoute: () => scope,
  path: 'about',
  component: lazyRouteComponent(() => import('../pages/about/about.js'), 'AboutPage'),
});

export const auditRoutes = [audit, denials, auditChain, auditEntry, about] as const;
