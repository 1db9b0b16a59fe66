import { pipeline } from 'node:stream/promises';
import type { AnyResolver, DomainManifest, Route } from '../authority/index.js';
import {
  allowlistEntities,
  allowlistFeed,
  allowlistPolicies,
  allowlistResolvers,
  allowlistRevisions,
  allowlists,
  revisionSweep,
  streamImaPolicy,
} from './allowlists/index.js';
import { contentSweep } from './contents/index.js';
import {
  challengeSweep,
  loadAgent,
  nonceSweep,
  recordPolicies,
  recordResolvers,
  retiredAgentSweep,
  trustExpiry,
  trustFeed,
} from './records/index.js';
import { loadResult, resultPolicies, resultResolvers } from './results/index.js';
import { fillUpload, uploadPolicies, uploadResolvers, uploadSweep, uploads } from './uploads/index.js';

export { workerLoad } from './workers/index.js';

type Resolvers = Record<string, Record<string, AnyResolver>>;

/** The slices' resolvers together: each type's fields are told by whichever slice has them. */
function merged(...slices: readonly Readonly<Record<string, object>>[]): Resolvers {
  const all: Resolvers = {};
  for (const slice of slices) {
    for (const [type, fields] of Object.entries(slice)) all[type] = { ...all[type], ...fields };
  }
  return all;
}

const routes: readonly Route[] = [
  {
    name: 'putUpload',
    method: 'PUT',
    path: /^\/uploads\/([\w-]{1,64})$/,
    handle: async (context, id, request, response) => {
      // The caller is told what was wrong while its connection is there to be told.
      await fillUpload(context, id, request.iterator({ destroyOnReturn: false }));
      response.writeHead(204).end();
    },
  },
  {
    name: 'getImaPolicy',
    method: 'GET',
    path: /^\/allowlist-revisions\/([\w-]{1,64})\/ima-policy$/,
    handle: async (context, id, _request, response) => {
      const { size, digest, stream } = await streamImaPolicy(context, id);
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': size,
        etag: `"${digest}"`,
      });
      // Whoever stops reading is cut off, since what is on its way is held for it.
      response.setTimeout(context.settings.streamPatienceMs, () => response.destroy());
      await pipeline(stream, response);
    },
  },
];

export const attestationDomain: DomainManifest = {
  name: 'attestation',
  policies: [...uploadPolicies, ...allowlistPolicies, ...recordPolicies, ...resultPolicies] as never,
  resolvers: merged(uploadResolvers, allowlistResolvers, recordResolvers, resultResolvers),
  entities: {
    ...allowlistEntities,
    Agent: (context, id) => loadAgent(context).load(id),
    AttestationResult: (context, id) => loadResult(context).load(id),
  },
  routes,
  // What refers to something goes first, so that it goes in the same round.
  sweeps: [
    retiredAgentSweep,
    challengeSweep,
    nonceSweep,
    uploadSweep,
    revisionSweep,
    contentSweep([uploads.contentDigest, allowlistRevisions.imaDigest]),
    trustExpiry,
  ],
  feeds: { agentTrustChanged: trustFeed, allowlistPublished: allowlistFeed },
  owned: [{ names: ['allowlist', 'allowlists'], domainId: allowlists.domainId, projectId: allowlists.projectId }],
};
