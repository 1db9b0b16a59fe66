import type { Context } from '../authority/index.js';
import type {
  MutationCreateDomainArgs,
  MutationCreateProjectArgs,
  MutationCreateUserArgs,
  MutationGrantRoleArgs,
  MutationIssueTokenArgs,
  MutationRevokeRoleArgs,
  MutationRevokeTokenArgs,
  QueryDomainArgs,
  QueryDomainsArgs,
  QueryPolicyArgs,
  QueryProjectArgs,
  QueryProjectsArgs,
  QueryRoleAssignmentsArgs,
  QueryUserArgs,
  QueryUsersArgs,
} from '../generated/graphql.js';
import { payload } from '../platform/payload.js';
import { loadAgentPrincipal } from './agents/service.js';
import type { NamedAssignment } from './assignments/repository.js';
import { grantRole, listRoleAssignments, revokeRole } from './assignments/service.js';
import { createDomain, getDomain, listDomains, loadDomain } from './domains/service.js';
import { loadGroup } from './groups/reading.js';
import { getPolicy, listPolicies } from './policies/service.js';
import { createProject, getProject, listProjects, loadProject } from './projects/service.js';
import { scopeView } from './scopes/index.js';
import { issueToken } from './tokens/issue.js';
import { revokeToken } from './tokens/service.js';
import { createUser, getUser, listUsers, loadUser } from './users/service.js';
import { viewer } from './viewer.js';

type Root = unknown;
interface Owned {
  readonly domainId: string | null;
  readonly projectId?: string | null;
}
const domain = ({ domainId }: Owned, _: object, context: Context) => domainId && loadDomain(context).load(domainId);
const project = ({ projectId }: Owned, _: object, context: Context) =>
  projectId && loadProject(context).load(projectId);

export const resolvers = {
  Query: {
    viewer: (_: Root, __: object, context: Context) => viewer(context),
    domain: (_: Root, { id }: QueryDomainArgs, context: Context) => getDomain(context, id),
    domains: (_: Root, args: QueryDomainsArgs, context: Context) => listDomains(context, args),
    project: (_: Root, { id }: QueryProjectArgs, context: Context) => getProject(context, id),
    projects: (_: Root, args: QueryProjectsArgs, context: Context) => listProjects(context, args),
    user: (_: Root, { id }: QueryUserArgs, context: Context) => getUser(context, id),
    users: (_: Root, args: QueryUsersArgs, context: Context) => listUsers(context, args),
    roleAssignments: (_: Root, args: QueryRoleAssignmentsArgs, context: Context) => listRoleAssignments(context, args),
    policy: (_: Root, { name }: QueryPolicyArgs, context: Context) => getPolicy(context, name),
    policies: (_: Root, __: object, context: Context) => listPolicies(context),
  },
  Mutation: {
    issueToken: (_: Root, { input }: MutationIssueTokenArgs, context: Context) =>
      payload(() => issueToken(context, input)),
    revokeToken: (_: Root, { input }: MutationRevokeTokenArgs, context: Context) =>
      payload(() => revokeToken(context, input)),
    createDomain: (_: Root, { input }: MutationCreateDomainArgs, context: Context) =>
      payload(async () => ({ domain: await createDomain(context, input) })),
    createProject: (_: Root, { input }: MutationCreateProjectArgs, context: Context) =>
      payload(async () => ({ project: await createProject(context, input) })),
    createUser: (_: Root, { input }: MutationCreateUserArgs, context: Context) =>
      payload(async () => ({ user: await createUser(context, input) })),
    grantRole: (_: Root, { input }: MutationGrantRoleArgs, context: Context) =>
      payload(async () => ({ roleAssignment: await grantRole(context, input) })),
    revokeRole: (_: Root, { input }: MutationRevokeRoleArgs, context: Context) =>
      payload(() => revokeRole(context, input)),
  },
  Viewer: {
    user: (view: ReturnType<typeof viewer>, _: object, context: Context) =>
      view.kind === 'USER' ? loadUser(context).load(view.principalId) : null,
    agent: (view: ReturnType<typeof viewer>, _: object, context: Context) =>
      view.kind === 'AGENT' ? loadAgentPrincipal(context).load(view.principalId) : null,
  },
  Scope: { domain, project },
  Project: { domain },
  User: { domain },
  Agent: { project },
  RoleAssignment: {
    user: ({ userId }: NamedAssignment, _: object, context: Context) => userId && loadUser(context).load(userId),
    group: ({ groupId }: NamedAssignment, _: object, context: Context) => groupId && loadGroup(context).load(groupId),
    roleDomain: ({ roleDomainId }: NamedAssignment, _: object, context: Context) =>
      roleDomainId && loadDomain(context).load(roleDomainId),
    scope: (row: NamedAssignment) => scopeView(row),
  },
};
