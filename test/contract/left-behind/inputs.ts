import { eq } from 'drizzle-orm';
import { type GraphQLField, type GraphQLInputField, isInputObjectType, isNonNullType } from 'graphql';
import { agents } from '../../../src/identity/agents/tables.js';
import { newId } from '../../../src/platform/ids.js';
import { asId } from '../../harness/ids.js';
import type { Json } from '../../harness/server.js';
import type { Persona } from '../personas/personas.js';
import type { World } from '../personas/world.js';

type Mutation = GraphQLField<unknown, unknown>;
type Fields = Readonly<Record<string, unknown>>;
/** Makes the value of a field, beside the fields that the matrix gives. */
type Value = (given: Fields, world: World, persona: Persona) => unknown;

const fromNow =
  (ms: number): Value =>
  (_, { server }) =>
    new Date(server.services.clock.now().getTime() + ms).toISOString();

/** The etag that somebody read of an object that the input names. */
const etagOf =
  (field: string): Value =>
  async (given, { server }, { token }) => {
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    const query = `query ($ref: ${type}Ref!) { read: ${field}(ref: $ref) { etag } }`;
    const { body } = await server.graphql(query, { ref: given[field] }, token);
    return body.data?.read?.etag;
  };

const HASH = '1'.repeat(64);

/** A value for each field that callers may leave out, by its coordinate or its name. */
const VALUES: Readonly<Record<string, Value>> = {
  description: () => 'what it is for',
  reason: () => 'why it is done',
  requestId: () => newId('Token'),
  isForced: () => true,
  isInherited: () => true,
  isSystemOnly: () => true,
  mustChangePassword: () => false,
  enforceNewDefaults: () => false,
  notBefore: fromNow(60_000),
  expiresAt: fromNow(7_200_000),
  lifetime: () => 'PT5M',
  roles: () => ['reader'],
  allowedPolicies: () => ['project:get'],
  externalId: () => 'from elsewhere',
  displayName: () => 'Zoë Example',
  email: () => 'zoe@example.org',
  tpmKind: () => 'VIRTUAL',
  hashAlgorithms: () => ['sha384', 'sha256'],
  parent: (_, { projects }) => ({ id: projects.own.projectId }),
  allowlist: (_, { lists }) => ({ id: lists.home.id }),
  allowlistEtag: etagOf('allowlist'),
  roleEtag: etagOf('role'),
  imaPolicy: () => ({ content: `${HASH}  /usr/bin/true\n`, excludes: ['/tmp/.*'] }),
  tpmPolicy: () => `{"2": ["${HASH}"]}`,
  vtpmPolicy: () => `{"3": ["${HASH}"]}`,
  name: () => 'another name',
  address: () => 'node.example',
  availability: () => 'DRAIN',
  labels: () => [{ key: 'admin.rack', value: '7' }],
  tenants: (_, { projects }) => [{ id: projects.own.projectId }],
  remove: () => ['admin.other'],
  'UpdateNodeInput.name': () => 'another-name',
  'CreateNodeInput.agent': async (_, { rows, projects }) => ({
    id: await rows.agent(projects.operators, 'PENDING', { isLiving: true }),
  }),
  // Addresses are unique.
  'CreateJoinTokenInput.address': () => 'joined.example',
  'CreateJoinTokenInput.allowlist': (_, { lists }) => ({ id: lists.system.id }),
  'SetNodeAddressInput.address': () => 'moved.example',
  'RenewNodeLeaseInput.node': async (_, { server }, { principal }) => {
    const [found] = await server.services.db
      .select()
      .from(agents)
      .where(eq(agents.id, asId(principal?.id ?? '')));
    return found?.nodeId && { id: found.nodeId };
  },
  'ReportNodeFactsInput.labels': () => [{ key: 'reported.zone', value: 'b' }],
  kernel: () => '6.12.9',
  architecture: () => 'x86_64',
  cpus: () => 8,
  memoryBytes: () => 17_179_869_184,
  diskBytes: () => 5_000_000_000_000,
  addresses: () => ['192.0.2.1', '2001:db8::1'],
  bootedAt: fromNow(-60_000),
  agentVersion: () => '0.1.0',
  'BanAgentInput.etag': etagOf('agent'),
  'ResetAgentInput.etag': etagOf('agent'),
  'RetireAgentInput.etag': etagOf('agent'),
  'UnbanAgentInput.etag': etagOf('agent'),
  'DisableUserInput.etag': etagOf('user'),
  'EnableUserInput.etag': etagOf('user'),
  'SetUserPasswordInput.etag': etagOf('user'),
  'SetPolicyOverridesInput.previewHash': async ({ overrides }, { server }, { token }) => {
    const query = `query ($input: PreviewPolicyChangeInput!) {
      previewPolicyChange(input: $input) { preview { hash } } }`;
    const { body }: Json = await server.graphql(query, { input: { overrides, enforceNewDefaults: false } }, token);
    return body.data?.previewPolicyChange?.preview.hash;
  },
};

/** Fields that no input has here, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'CreateJoinTokenInput.node': 'either a name or a node',
  'GrantRoleInput.group': 'either a user or a group',
  'SubmitEvidenceInput.imaLog': 'its own stories send logs',
  'SubmitEvidenceInput.imaLogUploadId': 'its own stories send logs',
};

function fieldsOf({ args }: Mutation): { readonly input: string; readonly fields: readonly GraphQLInputField[] } {
  const type = args[0]?.type;
  const input = isNonNullType(type) ? type.ofType : type;
  return isInputObjectType(input)
    ? { input: input.name, fields: Object.values(input.getFields()) }
    : { input: '', fields: [] };
}

/** The input with no more than it needs: what has a default is null, which means the same. */
export function least(field: Mutation, given: Fields): Fields {
  const defaulted = fieldsOf(field).fields.filter(({ name, defaultValue }) => !(name in given) && defaultValue != null);
  return { ...given, ...Object.fromEntries(defaulted.map(({ name }) => [name, null])) };
}

/** The input with every field that callers may give. */
export async function most(field: Mutation, given: Fields, world: World, persona: Persona): Promise<Fields> {
  const { input, fields } = fieldsOf(field);
  const all: Record<string, unknown> = { ...given };
  for (const { name } of fields) {
    const value = VALUES[`${input}.${name}`] ?? VALUES[name];
    if (all[name] != null || `${input}.${name}` in LEFT_OUT || value === undefined) continue;
    all[name] = await value(all, world, persona);
  }
  return all;
}

/** The fields of a mutation's input, as coordinates. */
export function coordinatesOf(field: Mutation): string[] {
  const { input, fields } = fieldsOf(field);
  return fields.map(({ name }) => `${input}.${name}`);
}
