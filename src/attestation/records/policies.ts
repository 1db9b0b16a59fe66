import { type AgentRow, agentTarget } from '../../identity/agents/index.js';
import { definePolicy, type PolicyName } from '../../platform/policy/index.js';

export const agentCreate = definePolicy({
  name: 'agent:create',
  description: 'Create machine agents in a project.',
  scopeTypes: ['project'],
  check: 'role:member',
  operations: ['Mutation.createAgent'],
});

/** An operation on an agent by somebody with a role in its project. */
function operation(name: PolicyName, description: string, check: string, ...mutations: string[]) {
  return definePolicy<AgentRow>({
    name,
    description,
    scopeTypes: ['project'],
    target: agentTarget,
    boundary: { project: 'project_id:%(project_id)s' },
    check,
    operations: mutations.map((mutation) => `Mutation.${mutation}`),
  });
}

export const agentBindAllowlist = operation(
  'agent:bind_allowlist',
  'Choose what an agent is judged by.',
  'role:manager',
  'bindAllowlist',
);
export const agentReset = operation('agent:reset', 'Put agents back to PENDING.', 'role:admin', 'resetAgent');
export const agentBan = operation(
  'agent:ban',
  'Ban agents and take bans back.',
  'role:admin',
  'banAgent',
  'unbanAgent',
);
export const agentRetire = operation('agent:retire', 'Retire agents for good.', 'role:admin', 'retireAgent');

/** What a machine asks before it has a token; the answer depends on secrets and signatures. */
function publicOperation(name: PolicyName, description: string, mutation: string) {
  return definePolicy<never>({
    name,
    description,
    scopeTypes: 'public',
    check: '@',
    operations: [`Mutation.${mutation}`],
  });
}

export const agentEnroll = publicOperation('agent:enroll', 'Begin an enrollment, with its token.', 'enrollAgent');
export const agentActivate = publicOperation('agent:activate', 'End an enrollment, with its token.', 'activateAgent');
export const agentLogIn = publicOperation('agent:log_in', 'Log an agent in by a quote.', 'logInAgent');

/** What an agent does for itself. */
function ownOperation(name: PolicyName, description: string, mutation: string) {
  return definePolicy<AgentRow>({
    name,
    description,
    scopeTypes: ['agent'],
    target: agentTarget,
    boundary: { agent: 'agent_id:%(id)s' },
    check: '@',
    operations: [`Mutation.${mutation}`],
  });
}

export const attestationBegin = ownOperation('attestation:begin', 'Open an attestation challenge.', 'beginAttestation');
export const attestationSubmit = ownOperation(
  'attestation:submit',
  'Answer an attestation challenge.',
  'submitEvidence',
);

export const recordPolicies = [
  agentCreate,
  agentBindAllowlist,
  agentReset,
  agentBan,
  agentRetire,
  agentEnroll,
  agentActivate,
  agentLogIn,
  attestationBegin,
  attestationSubmit,
];
