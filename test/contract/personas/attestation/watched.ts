import type { Watched } from '../fixture.js';

export const ATTESTATION_WATCHED: Readonly<Record<string, Watched>> = {
  agentTrustChanged: {
    type: 'Agent',
    fields: 'id agent { id }',
    fact: ({ id }) => ({
      type: 'agent.trust_changed',
      objectId: id ?? '',
      details: { from: 'CREATED', to: 'PENDING' },
    }),
    objectOf: ({ agent }) => agent?.id,
  },
  allowlistPublished: {
    type: 'Allowlist',
    fields: 'id allowlist { id } revision { id }',
    fact: ({ id, links }) => ({
      type: 'allowlist.published',
      objectId: id ?? '',
      details: { revisionId: links?.currentRevision, number: 1 },
    }),
    objectOf: ({ allowlist, revision }) => revision && allowlist?.id,
  },
};
