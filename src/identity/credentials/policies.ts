import { definePolicy, defineTarget } from '../../platform/policy/index.js';
import { type ApiCredentialRow, apiCredentials } from './tables.js';

const target = defineTarget<ApiCredentialRow>()(apiCredentials, {
  user_id: { type: 'text', row: (row) => row.userId, sql: (t) => t.userId },
  user_domain_id: { type: 'text', row: (row) => row.userDomainId, sql: (t) => t.userDomainId },
});
const boundary = {
  system: '@',
  domain: 'domain_id:%(user_domain_id)s or user_id:%(user_id)s',
  project: 'user_id:%(user_id)s',
};

export const credentialGet = definePolicy<ApiCredentialRow>({
  name: 'api_credential:get',
  description:
    "Read API credentials: all of them at system scope, those of users of the caller's own domain, and the caller's own.",
  scopeTypes: ['system', 'domain', 'project'],
  target,
  boundary,
  check: 'role:reader or user_id:%(user_id)s',
  operations: ['Query.apiCredentials', 'ApiCredential.*'],
});

export const credentialCreate = definePolicy({
  name: 'api_credential:create',
  description: 'Create an API credential for the caller, with the scope of its token and roles of its token.',
  scopeTypes: ['system', 'domain', 'project'],
  check: '@',
  isForCredentials: false,
  operations: ['Mutation.createApiCredential'],
});

export const credentialDelete = definePolicy<ApiCredentialRow>({
  name: 'api_credential:delete',
  description:
    "Delete the caller's own API credentials, or those of a user. For a user it requires permission to grant every role that the user holds.",
  scopeTypes: ['system', 'domain', 'project'],
  target,
  boundary,
  check: {
    system: 'role:admin or user_id:%(user_id)s',
    domain: 'role:manager or user_id:%(user_id)s',
    project: 'user_id:%(user_id)s',
  },
  isForCredentials: false,
  operations: ['Mutation.deleteApiCredential'],
});
