/** GraphQL documents of the agent itself. Mutations are aliased `payload`. */

export const ENROLL_AGENT = `mutation EnrollAgent($input: EnrollAgentInput!) {
  payload: enrollAgent(input: $input) { agentId credentialBlob encryptedSecret userErrors { code message path } }
}`;

export const ACTIVATE_AGENT = `mutation ActivateAgent($input: ActivateAgentInput!) {
  payload: activateAgent(input: $input) { agentId token expiresAt userErrors { code message path } }
}`;

export const LOG_IN_AGENT = `mutation LogInAgent($input: LogInAgentInput!) {
  payload: logInAgent(input: $input) {
    challenge { nonce hashAlgorithm pcrs }
    token expiresAt
    userErrors { code message path }
  }
}`;

export const BEGIN_ATTESTATION = `mutation BeginAttestation($input: BeginAttestationInput!) {
  payload: beginAttestation(input: $input) {
    challenge { attestationId nonce pcrs hashAlgorithms imaOffset needsImaLog expiresAt }
    userErrors { code message path }
  }
}`;

export const SUBMIT_EVIDENCE = `mutation SubmitEvidence($input: SubmitEvidenceInput!) {
  payload: submitEvidence(input: $input) {
    result {
      id verdict stateAfter receivedAt
      counts { entries attestedEntries excluded violations failures }
      failures { code class severity message pcr path entry expected got layer }
    }
    agent { id name state trustedUntil }
    nextAttestationAt
    userErrors { code message path }
  }
}`;
