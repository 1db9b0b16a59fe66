/** GraphQL documents about sessions and API credentials. Objects are aliased as those about identity are. */

const PAGE = '$first: Int, $after: String';
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';
const SCOPE = 'scope { type domain { name } project { name } }';

export const LIST_TOKENS = `query Tokens(${PAGE}) {
  items: tokens(first: $first, after: $after) {
    nodes { id ${SCOPE} roles createdAt expiresAt isCurrent apiCredential { name } } ${PAGE_INFO}
  }
}`;

export const REVOKE_TOKENS = `mutation RevokeTokens($input: RevokeTokensInput!) {
  payload: revokeTokens(input: $input) { revokedCount userErrors { code message path } }
}`;

const CREDENTIAL = `{ id name description user { name } ${SCOPE} roles allowedPolicies createdAt expiresAt }`;

export const LIST_CREDENTIALS = `query ApiCredentials(${PAGE}, $filter: ApiCredentialFilter) {
  items: apiCredentials(first: $first, after: $after, filter: $filter) { nodes ${CREDENTIAL} ${PAGE_INFO} }
}`;

export const CREATE_CREDENTIAL = `mutation CreateApiCredential($input: CreateApiCredentialInput!) {
  payload: createApiCredential(input: $input) { apiCredential ${CREDENTIAL} key userErrors { code message path } }
}`;

export const DELETE_CREDENTIAL = `mutation DeleteApiCredential($input: DeleteApiCredentialInput!) {
  payload: deleteApiCredential(input: $input) { apiCredentialId userErrors { code message path } }
}`;
