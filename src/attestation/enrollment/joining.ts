import type { Act, Joined } from '../../authority/index.js';
import { firstVersion } from '../../db/by-id.js';
import { type AgentRow, aboutAgentAt, insertAgent, isNameFree } from '../../identity/agents/index.js';
import { alreadyExists } from '../../platform/errors.js';
import { decodeBase64, hashSecret, randomSecret } from '../../platform/secrets.js';
import { type AgentView, areKeysTaken, insertRecord } from '../records/index.js';
import { activated, refused, unlessKeysTaken } from './activated.js';
import { refuseBanned } from './banned.js';
import type { ActivateAgent, EnrollAgent } from './inputs.js';
import { credentialFor, readKeys } from './keys.js';

/** The hash of a secret that a machine sends back; null for what is no secret. */
const hashOf = (text: string): string | null => {
  const secret = decodeBase64(text);
  return secret === null ? null : hashSecret(secret);
};

/** Begins to enroll a machine with a join token. */
export async function beginJoining(act: Act, input: EnrollAgent) {
  const { ek, ak, ekFingerprint, akName } = readKeys(input);
  const secret = randomSecret();
  const keys = { ekFingerprint, akName, ekPublic: input.endorsementKey, akPublic: input.attestationKey };
  const begun = await act.context.joining.begin(act, input.enrollmentToken, {
    ...keys,
    secretHash: hashSecret(secret),
  });
  // Whoever has no token learns nothing about keys.
  if (begun === null) throw refused();
  await refuseBanned(act, aboutAgentAt(begun.agentId, begun), ekFingerprint);
  if (await areKeysTaken(act.tx, begun.agentId, keys))
    throw alreadyExists('Another agent is enrolled with these keys.', 'endorsementKey');
  await act.audit({
    action: 'agent.enrollment_begun',
    ...aboutAgentAt(begun.agentId, begun),
    details: { ek: ekFingerprint, joinTokenId: begun.joinTokenId },
  });
  return { agentId: begun.agentId, ...credentialFor({ ek, ak }, secret) };
}

/** Completes it: a use of the token is spent, and the machine is a node with an agent, all of it or nothing. */
export async function completeJoining(act: Act, input: ActivateAgent) {
  const secretHash = hashOf(input.secret);
  const joined =
    secretHash === null ? null : await act.context.joining.complete(act, input.enrollmentToken, secretHash);
  if (joined === null) throw refused();
  const { agentId, nodeId, joinTokenId, keys } = joined;
  await refuseBanned(act, aboutAgentAt(agentId, joined), keys.ekFingerprint);
  if (await areKeysTaken(act.tx, agentId, keys)) throw refused();
  return activated(act, await insertJoined(act, joined), { to: 'PENDING', nodeId, joinTokenId });
}

async function insertJoined(act: Act, joined: Joined): Promise<AgentView> {
  const { agentId, domainId, projectId, nodeId, allowlistId, tpmKind, createdBy, keys } = joined;
  const agent: AgentRow = {
    id: agentId,
    kind: 'MACHINE',
    domainId,
    projectId,
    name: await nameOf(act, joined),
    externalId: null,
    nodeId,
    trustState: 'CREATED',
    trustedUntil: null,
    trustDueAt: null,
    ...firstVersion(act.now),
    createdBy,
  };
  const { ekFingerprint, ekPublic, akName, akPublic } = keys;
  await insertAgent(act.tx, agent);
  const record = { agentId, domainId, projectId, allowlistId, tpmKind, ekFingerprint, ekPublic, akName, akPublic };
  let view: AgentView | undefined;
  await unlessKeysTaken(async () => {
    view = {
      agent,
      record: await insertRecord(act.tx, {
        ...record,
        isLiving: true,
        acceptedCount: 0,
        rejectedCount: 0,
      }),
    };
  });
  if (view === undefined) throw refused();
  return view;
}

/** The node's name, unless an agent of the project has it, such as the node's former one. */
const nameOf = async ({ tx }: Act, { projectId, name, agentId }: Joined): Promise<string> =>
  (await isNameFree(tx, projectId, name)) ? name : `${name}.${agentId.slice(-12)}`.slice(-255);
