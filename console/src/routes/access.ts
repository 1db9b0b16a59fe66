import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { assignmentSearch } from '../pages/assignments/search.js';
import { credentialSearch } from '../pages/credentials/search.js';
import { domainSearch } from '../pages/domains/search.js';
import { groupSearch } from '../pages/groups/search.js';
import { projectSearch } from '../pages/projects/search.js';
import { validateRights } from '../pages/rights/search.js';
import { roleSearch } from '../pages/roles/search.js';
import { userSearch } from '../pages/users/search.js';
import { scope } from './base.js';

const projects = createRoute({
  getParentRoute: () => scope,
  path: 'projects',
  validateSearch: projectSearch.validate,
  component: lazyRouteComponent(() => import('../pages/projects/list.js'), 'ProjectsPage'),
});

const project = createRoute({
  getParentRoute: () => scope,
  path: 'projects/$id',
  component: lazyRouteComponent(() => import('../pages/projects/detail.js'), 'ProjectPage'),
});

const users = createRoute({
  getParentRoute: () => scope,
  path: 'users',
  validateSearch: userSearch.validate,
  component: lazyRouteComponent(() => import('../pages/users/list.js'), 'UsersPage'),
});

const user = createRoute({
  getParentRoute: () => scope,
  path: 'users/$id',
  component: lazyRouteComponent(() => import('../pages/users/detail.js'), 'UserPage'),
});

const groups = createRoute({
  getParentRoute: () => scope,
  path: 'groups',
  validateSearch: groupSearch.validate,
  component: lazyRouteComponent(() => import('../pages/groups/list.js'), 'GroupsPage'),
});

const group = createRoute({
  getParentRoute: () => scope,
  path: 'groups/$id',
  component: lazyRouteComponent(() => import('../pages/groups/detail.js'), 'GroupPage'),
});

const roles = createRoute({
  getParentRoute: () => scope,
  path: 'roles',
  validateSearch: roleSearch.validate,
  component: lazyRouteComponent(() => import('../pages/roles/list.js'), 'RolesPage'),
});

const role = createRoute({
  getParentRoute: () => scope,
  path: 'roles/$id',
  component: lazyRouteComponent(() => import('../pages/roles/detail.js'), 'RolePage'),
});

const domains = createRoute({
  getParentRoute: () => scope,
  path: 'domains',
  validateSearch: domainSearch.validate,
  component: lazyRouteComponent(() => import('../pages/domains/list.js'), 'DomainsPage'),
});

const domain = createRoute({
  getParentRoute: () => scope,
  path: 'domains/$id',
  component: lazyRouteComponent(() => import('../pages/domains/detail.js'), 'DomainPage'),
});

const assignments = createRoute({
  getParentRoute: () => scope,
  path: 'assignments',
  validateSearch: assignmentSearch.validate,
  component: lazyRouteComponent(() => import('../pages/assignments/list.js'), 'AssignmentsPage'),
});

const credentials = createRoute({
  getParentRoute: () => scope,
  path: 'credentials',
  validateSearch: credentialSearch.validate,
  component: lazyRouteComponent(() => import('../pages/credentials/list.js'), 'CredentialsPage'),
});

const rights = createRoute({
  getParentRoute: () => scope,
  path: 'rights',
  validateSearch: validateRights,
  component: lazyRouteComponent(() => import('../pages/rights/rights.js'), 'RightsPage'),
});

const account = createRoute({
  getParentRoute: () => scope,
  path: 'account',
  component: lazyRouteComponent(() => import('../pages/account/account.js'), 'AccountPage'),
});

export const accessRoutes = [
  projects,
  project,
  users,
  user,
  groups,
  group,
  roles,
  role,
  domains,
  domain,
  assignments,
  credentials,
  rights,
  account,
] as const;
