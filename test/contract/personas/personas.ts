import { eq } from 'drizzle-orm';
import { agents } from '../../../src/identity/agents/tables.js';
import { newId } from '../../../src/platform/ids.js';
import type { RoleName, TestScope } from '../../harness/server.js';
import { makeNode } from './fleet/rows.js';
import type { Principal } from './owners.js';
import type { World } from './world.js';

export interface Persona {
  readonly name: string;
  readonly token: string | undefined;
  /** Null for who is anonymous. */
  readonly principal: Principal | null;
  /** What owns what a user's token makes. */
  readonly scope: TestScope;
  /** True for an API credential with a list of policies: a request that holds anything else is refused whole. */
  readonly isListed?: boolean;
}

const ROLES: readonly RoleName[] = ['admin', 'manager', 'member', 'reader'];

export async function makePersonas(world: World): Promise<Persona[]> {
  const { own } = world.projects;
  return [
    ...(await withRoles(world, { type: 'system' })),
    await user(world, 'system service', { type: 'system' }, 'service'),
    ...(await withRoles(world, { type: 'domain', domainId: world.home })),
    ...(await withRoles(world, own)),
    await user(world, 'project service', own, 'service'),
    await inheriting(world),
    await narrowed(world),
    await byCredential(world, 'project admin’s API credential'),
    { ...(await byCredential(world, 'API credential to read the fleet', FLEET)), isListed: true },
    await user(world, 'project, no role', own),
    await user(world, 'unscoped', { type: 'unscoped' }),
    await agent(world, 'agent', 'PENDING'),
    await agentOfNode(world, 'agent of a node'),
    await agent(world, 'failed agent', 'FAILED'),
    await agent(world, 'banned agent', 'BANNED'),
    { name: 'anonymous', token: undefined, principal: null, scope: { type: 'unscoped' } },
  ];
}

async function withRoles(world: World, scope: TestScope): Promise<Persona[]> {
  const personas: Persona[] = [];
  for (const role of ROLES) personas.push(await user(world, `${scope.type} ${role}`, scope, role));
  return personas;
}

async function user({ server, home }: World, name: string, scope: TestScope, role?: RoleName): Promise<Persona> {
  const { userId, token } = await server.token({ scope, homeDomainId: home, ...(role && { role }) });
  return { name, token, principal: { kind: 'user', id: userId }, scope };
}

/** A member by a role that was given on the domain for the projects in it. */
async function inheriting(world: World): Promise<Persona> {
  const heir = await user(world, 'project member by domain', world.projects.own);
  await world.rows.assignment(heir.principal?.id ?? '', 'member', world.owners.home, true);
  return heir;
}

/** An administrator of the project whose token was narrowed to reading. */
async function narrowed(world: World): Promise<Persona> {
  const whole = await user(world, 'project admin as reader', world.projects.own, 'admin');
  const { body } = await world.server.graphql(
    'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }',
    { input: { proof: { token: whole.token }, scope: scopeRef(whole.scope), roles: ['reader'] } },
  );
  return { ...whole, token: body.data.issueToken.token };
}

/** All that it takes to watch machines and what they were judged by. */
const FLEET = [
  ...['agent:get', 'allowlist:get', 'allowlist:get_content', 'attestation_result:get', 'project:get', 'domain:get'],
  ...['stream:open', 'federation:entities'],
];

/** A token of an API credential of an administrator of the project. */
async function byCredential(world: World, name: string, allowedPolicies?: readonly string[]): Promise<Persona> {
  const { graphql } = world.server;
  const whole = await user(world, name, world.projects.own, 'admin');
  const create = `mutation ($input: CreateApiCredentialInput!) {
    createApiCredential(input: $input) { apiCredential { id } key } }`;
  const input = { name, allowedPolicies, expiresAt: world.rows.expiresAt };
  const { apiCredential, key } = (await graphql(create, { input }, whole.token)).body.data.createApiCredential;
  const { body } = await graphql('mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token } }', {
    input: { proof: { credential: { id: apiCredential.id, key } } },
  });
  return { ...whole, token: body.data.issueToken.token };
}

async function agent({ rows, server, projects, lists }: World, name: string, trustState: string): Promise<Persona> {
  const id = await rows.agent(projects.own, trustState, { isLiving: true, allowlistId: lists.own.id });
  return { name, token: await server.agentToken(id), principal: { kind: 'agent', id }, scope: { type: 'unscoped' } };
}

async function agentOfNode({ rows, server, projects, lists }: World, name: string): Promise<Persona> {
  const id = await rows.nodesAgent(projects.own, 'PENDING', { isLiving: true, allowlistId: lists.own.id });
  const nodeId = await makeNode(server.services);
  await server.services.db.update(agents).set({ nodeId }).where(eq(agents.id, id));
  return { name, token: await server.agentToken(id), principal: { kind: 'agent', id }, scope: { type: 'unscoped' } };
}

/** A scope as an input names it; null for none. */
export function scopeRef(scope: TestScope): object | null {
  if (scope.type === 'project') return { project: { id: scope.projectId } };
  if (scope.type === 'domain') return { domain: { id: scope.domainId } };
  return scope.type === 'system' ? { system: true } : null;
}

/** The principal, or for who is anonymous one that does not exist. */
export const principalOf = ({ principal }: Persona): Principal => principal ?? { kind: 'user', id: newId('User') };
