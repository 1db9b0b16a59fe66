import type { Context } from '../../authority/index.js';
import { inputMutation } from '../../platform/payload.js';
import { type BeginAttestation, beginAttestation } from './begin.js';
import { submitEvidence } from './submit.js';

export const challengeResolvers = {
  Mutation: {
    beginAttestation: inputMutation((context: Context, input: BeginAttestation | null | undefined) =>
      beginAttestation(context, input ?? {}),
    ),
    submitEvidence: inputMutation(submitEvidence),
  },
};
