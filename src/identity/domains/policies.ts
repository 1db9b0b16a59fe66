import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type DomainRow, domains } from './tables.js';

const target = defineTarget<DomainRow>()(domains, {
  id: { type: 'text', row: (row) => row.id, sql: (t) => t.id },
});

/** For policies on what a domain owns and can hold roles: system administrators change all, managers their domain's. */
export const changingInDomain = {
  scopeTypes: ['system', 'domain'],
  boundary: { system: '@', domain: 'domain_id:%(domain_id)s' },
  check: { system: 'role:admin', domain: 'role:manager' },
  isForCredentials: false,
} as const;

export const domainGet = definePolicy<DomainRow>({
  name: 'domain:get',
  description: 'Read domains: all of them at system scope, otherwise the domain of the token.',
  scopeTypes: ['system', 'domain', 'project'],
  target,
  boundary: { system: '@', domain: 'domain_id:%(id)s', project: 'project_domain_id:%(id)s' },
  check: 'role:reader',
  operations: ['Query.domain', 'Query.domains', 'Domain.*'],
});

export const domainCreate = definePolicy({
  name: 'domain:create',
  description: 'Create a domain.',
  scopeTypes: ['system'],
  check: 'role:admin',
  operations: ['Mutation.createDomain'],
});

export const domainUpdate = definePolicy<DomainRow>({
  name: 'domain:update',
  description: 'Change a domain’s name or description.',
  scopeTypes: ['system'],
  target,
  boundary: { system: '@' },
  check: 'role:admin',
  operations: ['Mutation.updateDomain'],
});

export const domainDelete = definePolicy<DomainRow>({
  name: 'domain:delete',
  description: 'Delete a domain that owns nothing.',
  scopeTypes: ['system'],
  target,
  boundary: { system: '@' },
  check: 'role:admin',
  operations: ['Mutation.deleteDomain'],
});
