/** GraphQL documents of operators. Objects are aliased `item`, connections `items`, mutations `payload`. */

const ALLOWLIST = `{
  id name description ownerType etag createdAt updatedAt
  domain { id }
  project { id }
  currentRevision { id number imaPolicyDigest imaPolicySize imaPolicyPathCount tpmPolicy vtpmPolicy createdAt }
}`;

export const LIST_ALLOWLISTS = `query Allowlists($first: Int, $after: String) {
  items: allowlists(first: $first, after: $after) { nodes ${ALLOWLIST} pageInfo { hasNextPage endCursor } }
}`;

export const GET_ALLOWLIST = `query Allowlist($ref: AllowlistRef!) {
  item: allowlist(ref: $ref) ${ALLOWLIST}
}`;

export const GET_ALLOWLIST_CONTENT = `query AllowlistContent($ref: AllowlistRef!) {
  item: allowlist(ref: $ref) { name currentRevision { id imaPolicy imaPolicyDigest imaPolicySize } }
}`;

export const CREATE_ALLOWLIST = `mutation CreateAllowlist($input: CreateAllowlistInput!) {
  payload: createAllowlist(input: $input) { allowlist ${ALLOWLIST} userErrors { code message path } }
}`;

export const PUBLISH_ALLOWLIST_REVISION = `mutation PublishAllowlistRevision($input: PublishAllowlistRevisionInput!) {
  payload: publishAllowlistRevision(input: $input) { allowlist ${ALLOWLIST} userErrors { code message path } }
}`;

export const DELETE_ALLOWLIST = `mutation DeleteAllowlist($input: DeleteAllowlistInput!) {
  payload: deleteAllowlist(input: $input) { allowlistId userErrors { code message path } }
}`;

export const CREATE_UPLOAD = `mutation CreateUpload($input: CreateUploadInput!) {
  payload: createUpload(input: $input) { uploadId path expiresAt userErrors { code message path } }
}`;

const AGENT_FIELDS = `id kind name externalId createdAt state trustedUntil tpmKind acceptedCount rejectedCount
  firstAcceptedAt lastAcceptedAt lastRejectedAt lastSeverity etag
  project { id name }
  allowlist { id name }`;

const AGENT = `{ ${AGENT_FIELDS} }`;

export const LIST_AGENTS = `query Agents($first: Int, $after: String, $filter: AgentFilter) {
  items: agents(first: $first, after: $after, filter: $filter) { nodes ${AGENT} pageInfo { hasNextPage endCursor } }
}`;

export const GET_AGENT = `query Agent($ref: AgentRef!) {
  item: agent(ref: $ref) {
    ${AGENT_FIELDS}
    lastResult {
      id verdict stateAfter receivedAt
      counts { entries attestedEntries excluded violations failures }
      failures { code class severity message pcr path entry expected got layer }
    }
  }
}`;

export const WATCH_TRUST = `subscription WatchTrust($after: String, $since: DateTime, $filter: AgentTrustFilter) {
  event: agentTrustChanged(after: $after, since: $since, filter: $filter) {
    id cursor occurredAt from to
    agent { id name state trustedUntil project { id name } }
  }
}`;

export const CREATE_AGENT = `mutation CreateAgent($input: CreateAgentInput!) {
  payload: createAgent(input: $input) { agent ${AGENT} enrollmentToken expiresAt userErrors { code message path } }
}`;

export const BIND_ALLOWLIST = `mutation BindAllowlist($input: BindAllowlistInput!) {
  payload: bindAllowlist(input: $input) { agent ${AGENT} userErrors { code message path } }
}`;

export const RESET_AGENT = `mutation ResetAgent($input: ResetAgentInput!) {
  payload: resetAgent(input: $input) { agent ${AGENT} userErrors { code message path } }
}`;

export const BAN_AGENT = `mutation BanAgent($input: BanAgentInput!) {
  payload: banAgent(input: $input) { agent ${AGENT} userErrors { code message path } }
}`;

export const UNBAN_AGENT = `mutation UnbanAgent($input: UnbanAgentInput!) {
  payload: unbanAgent(input: $input) { agent ${AGENT} userErrors { code message path } }
}`;

export const RETIRE_AGENT = `mutation RetireAgent($input: RetireAgentInput!) {
  payload: retireAgent(input: $input) { agent ${AGENT} userErrors { code message path } }
}`;
