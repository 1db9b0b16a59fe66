import type { DomainManifest } from '../authority/index.js';
import { contentChunks, contentSweep } from './contents/index.js';
import { uploadPolicies, uploadResolvers, uploadRoute, uploadSweep, uploads } from './uploads/index.js';

export const uploadsDomain: DomainManifest = {
  name: 'uploads',
  policies: uploadPolicies as never,
  resolvers: uploadResolvers,
  routes: [uploadRoute],
  sweeps: [uploadSweep, contentSweep],
  references: [
    { to: 'Content', column: uploads.contentDigest, keepsAs: ['upload', 'uploads'] },
    { to: 'Content', column: contentChunks.digest },
  ],
};
