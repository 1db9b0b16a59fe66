import type { Context } from '../../authority/index.js';
import { notFound } from '../../platform/errors.js';
import { definePolicy, type PolicyDescription } from '../../platform/policy/index.js';

export const policyGet = definePolicy({
  name: 'policy:get',
  description: 'Read the policies in force.',
  scopeTypes: ['system', 'domain', 'project'],
  check: '@',
  operations: ['Query.policy', 'Query.policies', 'Policy.*', 'PolicyCheck.*', 'PolicyDeprecation.*'],
  isEssential: true,
});

export const listPolicies = (context: Context) => context.policies.list().map(view);

export function getPolicy(context: Context, name: string) {
  const found = context.policies.get(name);
  if (!found) throw notFound('policy');
  return view(found);
}

function view({ name, description, scopeTypes, scopes, operations }: PolicyDescription) {
  const isScoped = typeof scopeTypes === 'object';
  const access = isScoped ? 'SCOPED' : scopeTypes === 'public' ? 'PUBLIC' : 'AUTHENTICATED';
  const checks = scopes.map(({ scope, check, boundary }) => ({
    scopeType: isScoped ? scope.toUpperCase() : null,
    check,
    boundary: boundary ?? null,
  }));
  return {
    name,
    description,
    access,
    scopeTypes: isScoped ? scopeTypes.map((type) => type.toUpperCase()) : [],
    checks,
    operations,
  };
}
