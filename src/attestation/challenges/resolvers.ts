import type { Context } from '../../authority/index.js';
import type { SubmitEvidenceInput } from '../../generated/graphql.js';
import { withIds } from '../../platform/ids.js';
import { inputMutation } from '../../platform/payload.js';
import { type BeginAttestation, beginAttestation } from './begin.js';
import { submitEvidence } from './submit.js';

export const challengeResolvers = {
  Mutation: {
    beginAttestation: inputMutation((context: Context, input: BeginAttestation | null | undefined) =>
      beginAttestation(context, input ?? {}),
    ),
    submitEvidence: inputMutation((context: Context, input: SubmitEvidenceInput) =>
      submitEvidence(context, withIds(input, { imaLogUploadId: 'Upload' })),
    ),
  },
};
