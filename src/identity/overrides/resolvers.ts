import type { Context } from '../../authority/index.js';
import type {
  MutationDeletePolicyCandidateArgs,
  MutationRollbackPolicyOverridesArgs,
  MutationSetPolicyCandidateArgs,
  MutationSetPolicyOverridesArgs,
  QueryPolicyRevisionArgs,
  QueryPolicyRevisionsArgs,
  QueryPreviewPolicyChangeArgs,
} from '../../generated/graphql.js';
import { payload } from '../../platform/payload.js';
import type { AccessProof, ChangedCell, PolicyDescription } from '../../platform/policy/index.js';
import { loadUser } from '../users/index.js';
import { allowedPersonas } from './personas.js';
import { previewPolicyChange } from './preview.js';
import {
  getPolicyCandidate,
  getPolicyRevision,
  listPolicyRevisions,
  loadEntries,
  type RevisionView,
} from './reading.js';
import { deletePolicyCandidate, rollbackPolicyOverrides, setPolicyCandidate, setPolicyOverrides } from './service.js';

type Root = unknown;
type Named = Pick<PolicyDescription, 'name'>;

const described = ({ name }: Named, context: Context) => context.policies.get(name);
const scopeTypeOf = (scope: string | null) =>
  scope === null || scope === 'authenticated' || scope === 'public' ? null : scope.toUpperCase();

export const resolvers = {
  Query: {
    previewPolicyChange: (_: Root, { input }: QueryPreviewPolicyChangeArgs, context: Context) =>
      payload(async () => ({ preview: await previewPolicyChange(context, input) })),
    policyRevision: (_: Root, { number }: QueryPolicyRevisionArgs, context: Context) =>
      getPolicyRevision(context, number),
    policyRevisions: (_: Root, args: QueryPolicyRevisionsArgs, context: Context) => listPolicyRevisions(context, args),
    policyCandidate: (_: Root, __: object, context: Context) => getPolicyCandidate(context),
  },
  Mutation: {
    setPolicyOverrides: (_: Root, { input }: MutationSetPolicyOverridesArgs, context: Context) =>
      payload(async () => ({ revision: await setPolicyOverrides(context, input) })),
    rollbackPolicyOverrides: (_: Root, { input }: MutationRollbackPolicyOverridesArgs, context: Context) =>
      payload(async () => ({ revision: await rollbackPolicyOverrides(context, input) })),
    setPolicyCandidate: (_: Root, { input }: MutationSetPolicyCandidateArgs, context: Context) =>
      payload(async () => ({ revision: await setPolicyCandidate(context, input) })),
    deletePolicyCandidate: (_: Root, { input }: MutationDeletePolicyCandidateArgs, context: Context) =>
      payload(async () => ({ revision: await deletePolicyCandidate(context, input) })),
  },
  Policy: {
    defaultChecks: (policy: Named, _: object, context: Context) =>
      described(policy, context)?.scopes.map(({ scope, defaultCheck, boundary }) => ({
        scopeType: scopeTypeOf(scope),
        check: defaultCheck,
        boundary,
      })) ?? [],
    override: (policy: Named, _: object, context: Context) => described(policy, context)?.override ?? null,
    deprecated: (policy: Named, _: object, context: Context) => described(policy, context)?.deprecated ?? null,
    isEssential: (policy: Named, _: object, context: Context) => described(policy, context)?.isEssential ?? false,
    allowedPersonas: ({ name }: Named, _: object, { policies }: Context) => allowedPersonas(policies, name),
  },
  PolicyRevision: {
    user: ({ userId }: RevisionView, _: object, context: Context) => userId && loadUser(context).load(userId),
    overrides: ({ number }: RevisionView, _: object, context: Context) =>
      number === 0 ? [] : loadEntries(context).load(String(number)),
  },
  PolicyDecisionDifference: {
    scopeType: ({ scope }: ChangedCell) => scopeTypeOf(scope),
    change: ({ isAllowed }: ChangedCell) => (isAllowed.after ? 'DENIED_TO_ALLOWED' : 'ALLOWED_TO_DENIED'),
  },
  PolicyAccessProof: {
    scopeType: ({ scope }: AccessProof) => scopeTypeOf(scope),
    verdict: ({ result }: AccessProof) =>
      result === 'none' ? 'NO_NEW_ACCESS' : result === 'unknown' ? 'UNKNOWN' : 'NEW_ACCESS',
    counterexample: ({ result }: AccessProof) => (typeof result === 'string' ? null : result.found),
  },
  PolicyCandidateChange: {
    scopeType: ({ scopeType }: { scopeType: string }) => scopeType.toUpperCase(),
  },
};
