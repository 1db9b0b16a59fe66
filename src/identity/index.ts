import { type DomainManifest, mergedResolvers } from '../authority/index.js';
import { agentGet } from './agents/policies.js';
import { loadAgentPrincipal } from './agents/service.js';
import { assignmentGrant, assignmentList } from './assignments/policies.js';
import { loadRoleAssignment } from './assignments/service.js';
import { domainCreate, domainGet } from './domains/policies.js';
import { loadDomain } from './domains/service.js';
import { policyGet } from './policies/service.js';
import { projectCreate, projectGet } from './projects/policies.js';
import { loadProject } from './projects/service.js';
import { resolvers } from './resolvers.js';
import { loadRole, roleGet } from './roles/service.js';
import { tokenIssue, tokenRevoke, viewerGet } from './tokens/policies.js';
import { userCreate, userGet } from './users/policies.js';
import { loadUser } from './users/service.js';

export { implies } from './assignments/grant-rule.js';
export { bootstrapIdentity } from './bootstrap.js';
export { loadDomain } from './domains/service.js';
export { loadProject } from './projects/service.js';
export { authenticate } from './tokens/index.js';

export const identityDomain: DomainManifest = {
  name: 'identity',
  policies: [
    tokenIssue,
    tokenRevoke,
    viewerGet,
    domainGet,
    domainCreate,
    projectGet,
    projectCreate,
    userGet,
    userCreate,
    roleGet,
    assignmentList,
    assignmentGrant,
    agentGet,
    policyGet,
  ],
  resolvers: mergedResolvers(resolvers),
  entities: {
    Domain: (context, id) => loadDomain(context).load(id),
    Project: (context, id) => loadProject(context).load(id),
    User: (context, id) => loadUser(context).load(id),
    Role: (context, id) => loadRole(context).load(id),
    RoleAssignment: (context, id) => loadRoleAssignment(context).load(id),
    Agent: (context, id) => loadAgentPrincipal(context).load(id),
  },
};
