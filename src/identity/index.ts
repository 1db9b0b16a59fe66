import { type DomainManifest, mergedResolvers } from '../authority/index.js';
import { toId } from '../platform/ids.js';
import { access } from './access.js';
import { accessAnalysisResolvers, permissionGet } from './access-analysis/index.js';
import { userDisable, userSetPassword } from './accounts/policies.js';
import { accountResolvers } from './accounts/resolvers.js';
import { agentGet } from './agents/policies.js';
import { agentResolvers } from './agents/resolvers.js';
import { loadAgentPrincipal } from './agents/service.js';
import { assignmentGrant, assignmentList } from './assignments/policies.js';
import { assignmentResolvers } from './assignments/resolvers.js';
import { loadRoleAssignment } from './assignments/service.js';
import { assignmentSweep } from './assignments/sweep.js';
import { credentialCreate, credentialDelete, credentialGet } from './credentials/policies.js';
import { credentialResolvers } from './credentials/resolvers.js';
import { loadApiCredential } from './credentials/service.js';
import { credentialSweep } from './credentials/sweep.js';
import { domainCreate, domainDelete, domainGet, domainUpdate } from './domains/policies.js';
import { domainResolvers } from './domains/resolvers.js';
import { loadDomain } from './domains/service.js';
import { groupPolicies } from './groups/policies.js';
import { loadGroup } from './groups/reading.js';
import { groupResolvers } from './groups/resolvers.js';
import { projectSetOperators } from './operators/policies.js';
import { operatorsResolvers } from './operators/resolvers.js';
import { candidateTally, policyListRevisions, policyOverride, revisionSweep } from './overrides/index.js';
import { resolvers as overrideResolvers } from './overrides/resolvers.js';
import { policyResolvers } from './policies/resolvers.js';
import { policyGet } from './policies/service.js';
import { projectCreate, projectDelete, projectGet, projectUpdate } from './projects/policies.js';
import { projectResolvers } from './projects/resolvers.js';
import { projectEntity } from './projects/service.js';
import { identityReferences } from './references.js';
import { identityRequirements } from './requirements.js';
import { rolePolicies } from './roles/policies.js';
import { roleResolvers } from './roles/resolvers.js';
import { loadRole } from './roles/service.js';
import { scopeResolvers } from './scopes/resolvers.js';
import { searchRun } from './search/policies.js';
import { searchResolvers } from './search/resolvers.js';
import { identitySearchable } from './searchable.js';
import { loadSession, sessionPolicies, sessionResolvers } from './sessions/index.js';
import { identitySettings } from './settings.js';
import { tokenIssue, tokenList, tokenRevoke, tokenRevokeAll, viewerGet } from './tokens/policies.js';
import { tokenResolvers } from './tokens/resolvers.js';
import { loadToken } from './tokens/service.js';
import { tokenSweep } from './tokens/sweep.js';
import { hashesWaiting } from './users/index.js';
import { userCreate, userDelete, userGet, userUpdate } from './users/policies.js';
import { userResolvers } from './users/resolvers.js';
import { loadUser } from './users/service.js';
import { viewerResolvers } from './viewer/resolvers.js';

export { implies } from './assignments/index.js';
export { loadDomain } from './domains/service.js';
export { loadProject } from './projects/service.js';
export { CannotRecover } from './recovery.js';
export { authenticate } from './tokens/index.js';

export const identityDomain: DomainManifest = {
  name: 'identity',
  policies: [
    tokenIssue,
    tokenRevoke,
    tokenList,
    tokenRevokeAll,
    ...sessionPolicies,
    viewerGet,
    searchRun,
    domainGet,
    domainCreate,
    domainUpdate,
    domainDelete,
    projectGet,
    projectCreate,
    projectUpdate,
    projectDelete,
    projectSetOperators,
    userGet,
    userCreate,
    userUpdate,
    userDelete,
    ...groupPolicies,
    ...rolePolicies,
    userSetPassword,
    userDisable,
    credentialGet,
    credentialCreate,
    credentialDelete,
    assignmentList,
    assignmentGrant,
    agentGet,
    policyGet,
    permissionGet,
    policyOverride,
    policyListRevisions,
  ],
  resolvers: mergedResolvers(
    viewerResolvers,
    searchResolvers,
    scopeResolvers,
    domainResolvers,
    projectResolvers,
    operatorsResolvers,
    userResolvers,
    agentResolvers,
    assignmentResolvers,
    policyResolvers,
    groupResolvers,
    roleResolvers,
    tokenResolvers,
    sessionResolvers,
    credentialResolvers,
    accountResolvers,
    accessAnalysisResolvers,
    overrideResolvers,
  ),
  // Tokens go first: a credential stays while tokens that were issued to it exist.
  sweeps: [tokenSweep, assignmentSweep, credentialSweep, revisionSweep],
  chores: [candidateTally],
  entities: {
    Domain: (context, id) => loadDomain(context).load(toId('Domain', id)),
    Project: projectEntity,
    Token: (context, id) => loadToken(context).load(toId('Token', id)),
    Session: (context, id) => loadSession(context).load(toId('Token', id)),
    ApiCredential: (context, id) => loadApiCredential(context).load(toId('ApiCredential', id)),
    User: (context, id) => loadUser(context).load(toId('User', id)),
    Group: (context, id) => loadGroup(context).load(toId('Group', id)),
    Role: (context, id) => loadRole(context).load(toId('Role', id)),
    RoleAssignment: (context, id) => loadRoleAssignment(context).load(toId('RoleAssignment', id)),
    Agent: (context, id) => loadAgentPrincipal(context).load(toId('Agent', id)),
  },
  settings: identitySettings,
  access,
  gauges: [
    { name: 'bailiwick_password_hashes_waiting', help: 'Passwords that wait to be hashed', read: hashesWaiting },
  ],
  references: identityReferences,
  requirements: identityRequirements,
  searchable: identitySearchable,
};
