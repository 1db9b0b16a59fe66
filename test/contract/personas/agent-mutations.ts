import { hashSecret } from '../../../src/attestation/records/secrets.js';
import type { RecordRow } from '../../../src/attestation/records/tables.js';
import { newId } from '../../../src/platform/ids.js';
import { healthyMachine } from '../../attestation/verifier/machine.js';
import type { Attempt, Attempts } from './doing.js';
import type { Persona } from './personas.js';
import type { Project } from './rows.js';
import { OWNERS, PROJECTS, type World } from './world.js';

const { tpm } = healthyMachine({ seed: 1 });
const OTHER = healthyMachine({ seed: 2 }).tpm;
const SECRET = Buffer.alloc(32, 7);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const KEYS = { endorsementKey: base64(tpm.ekPublic), attestationKey: base64(tpm.akPublic) };

/** What an operator does to an agent: one in this state in each project. */
function operation(trustState: string): Attempts {
  return async ({ rows, projects }) => {
    const attempts: Attempt[] = [];
    for (const name of PROJECTS) {
      attempts.push({ target: name, input: { agent: { id: await rows.agent(projects[name], trustState) } } });
    }
    return attempts;
  };
}

/** An agent that waits for its enrollment, and the token for it. */
async function waiting({ rows }: World, project: Project, record: Partial<RecordRow> = {}) {
  const enrollmentToken = newId('Token');
  const enrolment = { enrollmentTokenHash: hashSecret(enrollmentToken), enrollmentExpiresAt: rows.expiresAt };
  await rows.agent(project, 'CREATED', { ...enrolment, ...record });
  return { enrollmentToken };
}

/** An agent that is enrolled with the TPM, and a nonce for its log-in. */
async function enrolled({ rows, server }: World, project: Project) {
  const agentId = await rows.agent(project, 'PENDING', { isLiving: true, akPublic: base64(tpm.akPublic) });
  const { body } = await server.graphql(
    'mutation ($id: ID!) { logInAgent(input: { agentId: $id }) { challenge { nonce } } }',
    { id: agentId },
  );
  return { agentId, nonce: Buffer.from(body.data.logInAgent.challenge.nonce, 'base64') };
}

function quoteBy(signer: typeof tpm, nonce: Uint8Array) {
  const { message, signature, pcrs } = signer.quote({ nonce, pcrs: [0], bank: 'sha256' });
  return { message: base64(message), signature: base64(signature), pcrs };
}

async function logIn(world: World, project: Project, signer = tpm) {
  const { agentId, nonce } = await enrolled(world, project);
  return { agentId, quote: quoteBy(signer, nonce) };
}

/** A challenge of its own agent, or for who is no agent one that does not exist. */
const ownChallenge =
  ({ rows }: World) =>
  async ({ principal }: Persona) => ({
    attestationId: principal?.kind === 'agent' ? await rows.challenge(principal.id) : newId('Attestation'),
    quote: quoteBy(tpm, Buffer.alloc(32)),
  });

export const AGENT_MUTATIONS: Readonly<Record<string, Attempts>> = {
  createAgent: async ({ lists }) => [
    { target: 'bound to nothing', input: { name: newId('Agent') } },
    ...OWNERS.map((name) => ({
      target: `bound to a list of ${name}`,
      input: { name: newId('Agent'), allowlist: { id: lists[name].id } },
    })),
  ],
  bindAllowlist: async ({ rows, projects, lists }) => {
    const attempts: Attempt[] = [];
    for (const name of PROJECTS) {
      const agent = { id: await rows.agent(projects[name], 'PENDING') };
      attempts.push({ target: `${name}, to nothing`, input: { agent, allowlist: null } });
    }
    for (const name of OWNERS) {
      const agent = { id: await rows.agent(projects.own, 'PENDING') };
      attempts.push({ target: `own, to a list of ${name}`, input: { agent, allowlist: { id: lists[name].id } } });
    }
    return attempts;
  },
  resetAgent: operation('FAILED'),
  banAgent: operation('PENDING'),
  unbanAgent: operation('BANNED'),
  retireAgent: operation('PENDING'),
  enrollAgent: async (world) => [
    { target: 'own, by its token', input: { ...(await waiting(world, world.projects.own)), ...KEYS } },
    {
      target: 'foreign project, by its token',
      input: { ...(await waiting(world, world.projects['foreign project'])), ...KEYS },
    },
    { target: 'by a wrong token', input: { enrollmentToken: newId('Token'), ...KEYS } },
  ],
  activateAgent: async (world) => {
    const begun = { activationSecretHash: hashSecret(SECRET) };
    const own = await waiting(world, world.projects.own, begun);
    const away = await waiting(world, world.projects['foreign project'], begun);
    const other = await waiting(world, world.projects.own, begun);
    return [
      { target: 'own, by its secret', input: { ...own, secret: base64(SECRET) } },
      { target: 'foreign project, by its secret', input: { ...away, secret: base64(SECRET) } },
      { target: 'own, by a wrong secret', input: { ...other, secret: base64(Buffer.alloc(32)) } },
    ];
  },
  logInAgent: async (world) => {
    const { own, 'foreign project': away } = world.projects;
    return [
      { target: 'for a nonce', input: { agentId: world.agents.own.id }, isSilent: true },
      { target: 'own, by its quote', input: await logIn(world, own) },
      { target: 'foreign project, by its quote', input: await logIn(world, away) },
      { target: 'own, by another TPM’s quote', input: await logIn(world, own, OTHER) },
    ];
  },
  beginAttestation: async () => [{ target: 'for itself', input: {} }],
  submitEvidence: async (world) => {
    const quote = quoteBy(tpm, Buffer.alloc(32));
    const { agents, rows } = world;
    return [
      { target: 'for itself', input: ownChallenge(world) },
      { target: 'for another of own', input: { attestationId: await rows.challenge(agents.own.id), quote } },
      {
        target: 'for one of foreign project',
        input: { attestationId: await rows.challenge(agents['foreign project'].id), quote },
      },
    ];
  },
};
