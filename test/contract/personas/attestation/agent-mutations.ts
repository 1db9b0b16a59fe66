import { agentEtag } from '../../../../src/attestation/records/index.js';
import type { RecordRow } from '../../../../src/attestation/records/tables.js';
import { newId } from '../../../../src/platform/ids.js';
import { hashSecret } from '../../../../src/platform/secrets.js';
import { healthyMachine } from '../../../attestation/verifier/machine.js';
import type { Attempt, Attempts } from '../fixture.js';
import type { Project } from '../owners.js';
import { OWNERS, type OwnerName, PROJECTS, type ProjectName, type World } from '../world.js';

const { tpm } = healthyMachine({ seed: 1 });
const OTHER = healthyMachine({ seed: 2 }).tpm;
const SECRET = Buffer.alloc(32, 7);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const KEYS = { endorsementKey: base64(tpm.ekPublic), attestationKey: base64(tpm.akPublic) };

/** What an operator does to an agent: one in this state in each project. */
function operation(trustState: string): Attempts {
  return ({ rows, projects }) => [
    ...PROJECTS.map((target) => {
      return { target, input: async () => ({ agent: { id: await rows.agent(projects[target], trustState) } }) };
    }),
    ...(['own', 'operators'] as const).map((name) => ({
      target: `${name}, a node’s`,
      input: async () => ({ agent: { id: await rows.nodesAgent(projects[name], trustState) } }),
    })),
  ];
}

/** An agent that waits for its enrollment, and the token for it. */
async function waiting({ rows }: World, project: Project, record: Partial<RecordRow> = {}) {
  const enrollmentToken = newId('Token');
  const enrolment = { enrollmentTokenHash: hashSecret(enrollmentToken), enrollmentExpiresAt: rows.expiresAt };
  await rows.agent(project, 'CREATED', { ...enrolment, ...record });
  return { enrollmentToken };
}

function activate(world: World, target: string, project: Project, secret = SECRET): Attempt {
  const begun = { activationSecretHash: hashSecret(SECRET) };
  return { target, input: async () => ({ ...(await waiting(world, project, begun)), secret: base64(secret) }) };
}

function quoteBy(signer: typeof tpm, nonce: Uint8Array) {
  const { message, signature, pcrs } = signer.quote({ nonce, pcrs: [0], bank: 'sha256' });
  return { message: base64(message), signature: base64(signature), pcrs };
}

/** By a quote over a fresh nonce, for an agent that is enrolled with the first TPM. */
async function logIn({ rows, server }: World, target: string, project: Project, signer = tpm): Promise<Attempt> {
  const agentId = await rows.agent(project, 'PENDING', { isLiving: true, akPublic: base64(tpm.akPublic) });
  const forNonce = 'mutation ($id: ID!) { logInAgent(input: { agentId: $id }) { challenge { nonce } } }';
  const input = async () => {
    const { nonce } = (await server.graphql(forNonce, { id: agentId })).body.data.logInAgent.challenge;
    return { agentId, quote: quoteBy(signer, Buffer.from(nonce, 'base64')) };
  };
  return { target, input };
}

/** A fresh agent, which is bound to a list where it is to be bound to none. */
function bind(world: World, target: string, agentOf: ProjectName, allowlist: object | null): Attempt {
  const { rows, projects, lists } = world;
  const allowlistId = allowlist === null ? lists[agentOf].id : null;
  const input = async () => ({
    agent: { id: await rows.agent(projects[agentOf], 'PENDING', { allowlistId }) },
    allowlist,
  });
  return { target, input };
}

/** The same of a fresh agent of a node. */
function bindOfNode({ rows, projects, lists }: World, agentOf: ProjectName, list: OwnerName): Attempt {
  const input = async () => ({
    agent: { id: await rows.nodesAgent(projects[agentOf], 'PENDING') },
    allowlist: { id: lists[list].id },
  });
  return { target: `${agentOf}, a node’s, to a list of ${list}`, input };
}

/** A list of the system for a project without a default. */
function setDefault({ rows, projects, lists }: World, target: ProjectName): Attempt {
  const input = async () => ({
    ...(await rows.projectWithoutDefault(projects[target])),
    allowlist: { id: lists.system.id },
  });
  return { target, input };
}

function submit({ rows }: World, target: string, agentId: string): Attempt {
  const quote = quoteBy(tpm, Buffer.alloc(32));
  return { target, input: async () => ({ attestationId: await rows.challenge(agentId), quote }) };
}

export const AGENT_MUTATIONS: Readonly<Record<string, Attempts>> = {
  createAgent: ({ lists }) => [
    { target: 'bound to nothing', input: () => ({ name: newId('Agent') }) },
    ...OWNERS.map((name) => ({
      target: `bound to a list of ${name}`,
      input: () => ({ name: newId('Agent'), allowlist: { id: lists[name].id } }),
    })),
  ],
  updateAgent: ({ rows, projects }) =>
    PROJECTS.map((target) => {
      const input = async () => {
        const id = await rows.agent(projects[target], 'PENDING');
        const etag = agentEtag({ id, version: 1, state: 'PENDING', lastSeverity: null });
        return { agent: { id }, etag, externalId: newId('Agent') };
      };
      return { target, input };
    }),
  bindAllowlist: (world) => [
    ...PROJECTS.map((name) => bind(world, `${name}, to nothing`, name, null)),
    ...OWNERS.map((name) => bind(world, `own, to a list of ${name}`, 'own', { id: world.lists[name].id })),
    ...OWNERS.map((name) => bind(world, `operators, to a list of ${name}`, 'operators', { id: world.lists[name].id })),
    bindOfNode(world, 'own', 'system'),
    bindOfNode(world, 'operators', 'system'),
    bindOfNode(world, 'operators', 'operators'),
  ],
  setProjectDefaults: (world) => PROJECTS.map((name) => setDefault(world, name)),
  unbanEndorsementKey: ({ rows }) => [
    { target: 'a banned one', input: async () => ({ fingerprint: await rows.bannedKey() }) },
    { target: 'one that is not banned', input: () => ({ fingerprint: '0'.repeat(64) }) },
  ],
  resetAgent: operation('FAILED'),
  banAgent: operation('PENDING'),
  unbanAgent: operation('BANNED'),
  retireAgent: operation('PENDING'),
  enrollAgent: (world) => [
    ...(['own', 'foreign project'] as const).map((name) => ({
      target: `${name}, by its token`,
      input: async () => ({ ...(await waiting(world, world.projects[name])), ...KEYS }),
    })),
    { target: 'by a wrong token', input: () => ({ enrollmentToken: newId('Token'), ...KEYS }) },
  ],
  activateAgent: (world) => [
    activate(world, 'own, by its secret', world.projects.own),
    activate(world, 'foreign project, by its secret', world.projects['foreign project']),
    activate(world, 'own, by a wrong secret', world.projects.own, Buffer.alloc(32)),
  ],
  logInAgent: async (world) => [
    { target: 'for a nonce', input: () => ({ agentId: world.agents.own.id }), isSilent: true },
    await logIn(world, 'own, by its quote', world.projects.own),
    await logIn(world, 'foreign project, by its quote', world.projects['foreign project']),
    await logIn(world, 'own, by another TPM’s quote', world.projects.own, OTHER),
  ],
  beginAttestation: () => [{ target: 'for itself', input: () => ({}), isRoutine: true }],
  submitEvidence: (world) => [
    {
      target: 'for itself',
      input: async ({ principal }) => ({
        attestationId: principal?.kind === 'agent' ? await world.rows.challenge(principal.id) : 'att_',
        quote: quoteBy(tpm, Buffer.alloc(32)),
      }),
      isOwn: true,
    },
    submit(world, 'for another of own', world.agents.own.id),
    submit(world, 'for one of foreign project', world.agents['foreign project'].id),
  ],
};
