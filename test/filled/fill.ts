import { createHash } from 'node:crypto';
import { type Asked, agentWorld, CREATE_LIST, SUBMIT } from '../attestation/agent-world.js';
import { sha256 } from '../attestation/ima/ima-log.js';
import { FILES, healthyMachine, type Machine } from '../attestation/verifier/machine.js';
import type { Json } from '../harness/server.js';

const LOG_IN = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { token userErrors { message } } }';
const PASSWORD = 'filled once and read ever since';
const NEW_PASSWORD = 'changed at the first log-in';
const MONTH_MS = 30 * 86_400_000;

/** What a caller needs to go on at a server that `fill` filled. */
export interface Filled {
  readonly domainId: string;
  readonly projectId: string;
  readonly password: string;
  readonly credential: { readonly id: string; readonly key: string };
  /** Tokens by whose they are. */
  readonly tokens: Readonly<Record<'system' | 'domain' | 'project' | 'machine', string>>;
  /** The seed of the TPM of the machine that is trusted. */
  readonly seed: number;
}

/** The machine of a seed, as it was when its evidence was accepted. */
export const machineOf = (seed: number): Machine => healthyMachine({ seed });

/** A mutation that takes an input and answers the fields given. */
const mutation = (name: string, fields: string) =>
  `mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
    ${name}(input: $input) { ${fields} userErrors { code message } } }`;

/** Makes at least one of everything that callers can make, in every state, through the API alone. */
export async function fill(server: Asked, adminPassword: string): Promise<Filled> {
  const { done, upload, enrolled, quoted } = agentWorld(server);
  const make = (name: string, fields: string, input: object, token: string): Promise<Json> =>
    done(mutation(name, fields), input, token);
  const logIn = async (user: string, password: string, scope: object, domain = 'default'): Promise<string> =>
    (await done(LOG_IN, { proof: { password: { user, domain, password } }, scope })).token;

  const first = { user: 'admin', password: adminPassword, newPassword: NEW_PASSWORD };
  const { token: system } = await done(LOG_IN, { proof: { password: first }, scope: { system: true } });
  const { domain } = await make('createDomain', 'domain { id }', { name: 'acme', description: 'A tenant.' }, system);
  const scope = { domain: { id: domain.id } };
  await make(
    'grantRole',
    'roleAssignment { id }',
    { user: { id: await ownId(server, system) }, role: { name: 'admin' }, scope },
    system,
  );
  const domainToken = await logIn('admin', NEW_PASSWORD, scope);
  const inDomain = (name: string, fields: string, input: object) => make(name, fields, input, domainToken);

  const { project } = await inDomain('createProject', 'project { id etag }', { name: 'racks' });
  await inDomain('createProject', 'project { id }', { name: 'lab', parent: { id: project.id } });
  const user = (name: string) => inDomain('createUser', 'user { id etag }', { name, password: PASSWORD });
  const [{ user: ada }, { user: bob }, { user: eve }] = [await user('ada'), await user('bob'), await user('eve')];
  const { group } = await inDomain('createGroup', 'group { id etag }', { name: 'operators' });
  await inDomain('addGroupMember', 'group { id }', { group: { id: group.id }, user: { id: bob.id } });
  const { role } = await inDomain('createRole', 'role { id etag }', { name: 'auditor', description: 'Reads.' });
  const roles = (await server.graphql('{ roles { nodes { id name } } }', {}, domainToken)).body.data.roles
    .nodes as Json[];
  const reader = roles.find(({ name }) => name === 'reader');
  await inDomain('addImpliedRole', 'role { id }', {
    role: { id: role.id },
    impliedRole: { id: reader.id },
    etag: role.etag,
  });
  const place = { project: { id: project.id } };
  const grant = (input: object) => inDomain('grantRole', 'roleAssignment { id }', input);
  await grant({ user: { id: ada.id }, role: { name: 'admin' }, scope: place, reason: 'Runs the racks.' });
  await grant({ group: { id: group.id }, role: { name: 'member' }, scope: place, isInherited: true });
  const { roleAssignment } = await grant({ user: { id: eve.id }, role: { id: role.id }, scope });
  await inDomain('revokeRole', 'roleAssignmentId', { roleAssignmentId: roleAssignment.id, reason: 'Left.' });
  await inDomain('disableUser', 'user { id }', { user: { id: eve.id } });

  const change = { user: 'ada', domain: 'acme', password: PASSWORD, newPassword: NEW_PASSWORD };
  const { token } = await done(LOG_IN, { proof: { password: change }, scope: place });
  await server.graphql(LOG_IN, { input: { proof: { password: { ...change, password: 'not the one' } } } });
  const credential = await make(
    'createApiCredential',
    'apiCredential { id } key',
    { name: 'ci', roles: ['reader'], expiresAt: new Date(Date.now() + MONTH_MS).toISOString() },
    token,
  );
  await overrides(server, make, system);

  const digests = Object.fromEntries(FILES.map((path) => [path, [sha256(path).toString('hex')]]));
  const content = Buffer.from(JSON.stringify({ digests }));
  const uploadId = await upload(content, token);
  const list = await done(CREATE_LIST, { name: 'base', imaPolicy: { uploadId, excludes: ['/tmp/'] } }, token);
  const revised = {
    content: content.toString(),
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
  };
  const { allowlist } = await make(
    'createAllowlist',
    'allowlist { id etag }',
    { name: 'second', imaPolicy: revised },
    token,
  );
  const tpmPolicy = JSON.stringify({ 7: ['0'.repeat(64)] });
  await make(
    'publishAllowlistRevision',
    'allowlist { id }',
    { allowlist: { id: allowlist.id }, etag: allowlist.etag, tpmPolicy },
    token,
  );

  const agent = async (name: string, seed: number, isGood: boolean) => {
    const made = await enrolled(machineOf(seed), name, list.allowlist.id, token);
    if (!isGood) made.machine.measure('/usr/bin/unknown');
    const evidence = { ...(await quoted(made)), imaLog: made.machine.log() };
    await done(SUBMIT, evidence, made.token);
    return made;
  };
  const trusted = await agent('trusted', 1, true);
  await agent('failed', 2, false);
  const banned = await agent('banned', 3, true);
  await make('banAgent', 'agent { id }', { agent: { id: banned.id }, reason: 'Stolen.' }, token);
  const retired = await agent('retired', 4, true);
  await make('retireAgent', 'agent { id }', { agent: { id: retired.id } }, token);
  await enrolled(machineOf(5), 'pending', list.allowlist.id, token);
  await make('createAgent', 'agent { id }', { name: 'created', externalId: 'rack-7/2' }, token);
  // A denial.
  const reading = await logIn('bob', PASSWORD, place, 'acme').catch(() => null);
  await server.graphql('{ users { nodes { id } } }', {}, reading ?? 'not a token');

  return {
    domainId: domain.id,
    projectId: project.id,
    password: NEW_PASSWORD,
    credential: { id: credential.apiCredential.id, key: credential.key },
    tokens: { system, domain: domainToken, project: token, machine: trusted.token },
    seed: 1,
  };
}

async function ownId(server: Asked, token: string): Promise<string> {
  const { body } = await server.graphql('{ viewer { user { id } } }', {}, token);
  return body.data.viewer.user.id;
}

/** Overrides in force, and others that are only tried. */
async function overrides(
  server: Asked,
  make: (name: string, fields: string, input: object, token: string) => Promise<Json>,
  token: string,
): Promise<void> {
  const input = { overrides: [{ name: 'audit:list', check: 'role:auditor or role:reader' }], baseRevision: 0 };
  const preview =
    'query ($input: PreviewPolicyChangeInput!) { previewPolicyChange(input: $input) { preview { hash } userErrors { message } } }';
  const { body } = await server.graphql(preview, { input: { overrides: input.overrides } }, token);
  const previewHash = body.data?.previewPolicyChange?.preview?.hash;
  await make('setPolicyOverrides', 'revision { number }', { ...input, previewHash, reason: 'Auditors read.' }, token);
  await make(
    'setPolicyCandidate',
    'revision { number }',
    { overrides: [{ name: 'user:get', check: 'role:admin' }] },
    token,
  );
}
