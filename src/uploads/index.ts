import type { DomainManifest } from '../authority/index.js';
import { contentSweep } from './contents/index.js';
import { uploadPolicies, uploadResolvers, uploadRoute, uploadSweep, uploads } from './uploads/index.js';

export const uploadsDomain: DomainManifest = {
  name: 'uploads',
  policies: uploadPolicies as never,
  resolvers: uploadResolvers,
  entities: {},
  routes: [uploadRoute],
  sweeps: [uploadSweep, contentSweep],
  contentReferences: [uploads.contentDigest],
};
