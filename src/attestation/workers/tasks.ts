// What worker threads run. Loaded by them alone: everything here computes, and nothing reads or writes.
import {
  type CompiledRuntimePolicy,
  compileRuntimePolicy,
  type PolicyProblem,
  RuntimePolicyError,
} from '../runtime-policy/index.js';
import { type VerificationResult, type VerifyInput, verify } from '../verifier/index.js';

export interface CompileInput {
  readonly content: Uint8Array;
  readonly excludes: readonly string[];
}

/** A refusal crosses the threads as data, because an error's class does not survive the copy. */
export type Compiled = { readonly policy: CompiledRuntimePolicy } | { readonly problems: readonly PolicyProblem[] };

/** Each task by the name that the pool calls it by. */
export const verifyEvidence = (input: VerifyInput): VerificationResult => verify(input);

export function compileList({ content, excludes }: CompileInput): Compiled {
  try {
    return { policy: compileRuntimePolicy(content, excludes) };
  } catch (error) {
    if (error instanceof RuntimePolicyError) return { problems: error.problems };
    throw error;
  }
}
