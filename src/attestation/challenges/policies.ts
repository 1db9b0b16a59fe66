import { type AgentRow, agentTarget } from '../../identity/agents/index.js';
import { definePolicy, type PolicyName } from '../../platform/policy/index.js';

/** What the agent of a machine does for itself. */
function ownOperation(name: PolicyName, description: string, mutation: string) {
  return definePolicy<AgentRow>({
    name,
    description,
    scopeTypes: ['agent'],
    target: agentTarget,
    boundary: { agent: { MACHINE: 'agent_id:%(id)s' } },
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
