/** GraphQL documents about the overrides of policies. */

const REVISION = '{ number enforceNewDefaults reason rolledBackTo createdAt user { name } overrides { name check } }';
const USER_ERRORS = 'userErrors { code message path }';

export const GET_POLICY_REVISION = `query PolicyRevision($number: Int) {
  item: policyRevision(number: $number) ${REVISION}
}`;

export const LIST_POLICY_REVISIONS = `query PolicyRevisions($first: Int, $after: String) {
  items: policyRevisions(first: $first, after: $after) { nodes ${REVISION} pageInfo { hasNextPage endCursor } }
}`;

export const GET_POLICY_CANDIDATE = `query PolicyCandidate {
  item: policyCandidate { revision ${REVISION} changes { policy scopeType change count firstAt lastAt } }
}`;

export const PREVIEW_POLICY_CHANGE = `query PreviewPolicyChange($input: PreviewPolicyChangeInput!) {
  payload: previewPolicyChange(input: $input) {
    preview {
      baseRevision hash differencesOmitted
      differences { policy operations persona scopeType target change }
      proofs { policy scopeType verdict counterexample { atom value } }
    }
    ${USER_ERRORS}
  }
}`;

export const SET_POLICY_OVERRIDES = `mutation SetPolicyOverrides($input: SetPolicyOverridesInput!) {
  payload: setPolicyOverrides(input: $input) { revision ${REVISION} ${USER_ERRORS} }
}`;

export const ROLLBACK_POLICY_OVERRIDES = `mutation RollbackPolicyOverrides($input: RollbackPolicyOverridesInput!) {
  payload: rollbackPolicyOverrides(input: $input) { revision ${REVISION} ${USER_ERRORS} }
}`;

export const SET_POLICY_CANDIDATE = `mutation SetPolicyCandidate($input: SetPolicyCandidateInput!) {
  payload: setPolicyCandidate(input: $input) { revision ${REVISION} ${USER_ERRORS} }
}`;

export const DELETE_POLICY_CANDIDATE = `mutation DeletePolicyCandidate($input: DeletePolicyCandidateInput!) {
  payload: deletePolicyCandidate(input: $input) { revision ${REVISION} ${USER_ERRORS} }
}`;
