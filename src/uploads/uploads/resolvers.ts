import type { Context } from '../../authority/index.js';
import { payload } from '../../platform/payload.js';
import { type CreateUpload, createUpload } from './service.js';

export const uploadResolvers = {
  Mutation: {
    createUpload: (_: unknown, { input }: { input: CreateUpload }, context: Context) =>
      payload(async () => {
        const { id, expiresAt } = await createUpload(context, input);
        return { uploadId: id, path: `/uploads/${id}`, expiresAt };
      }),
  },
};
