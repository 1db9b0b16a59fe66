// What worker threads run. Loaded by them alone: everything here computes, and nothing reads or writes.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

/** Less than this is not worth the milliseconds that collecting takes. */
const LARGE_BYTES = 8 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Each task by the name that the pool calls it by. */
export function verifyEvidence(input: VerifyInput): VerificationResult {
  const size = input.evidence.imaLog?.length ?? 0;
  const result = verify(input);
  forget(input, size);
  return result;
}

export function compileList(input: CompileInput): Compiled {
  const size = input.content.byteLength;
  const compiled = compile(input);
  forget(input, size);
  return compiled;
}

function compile({ content, excludes }: CompileInput): Compiled {
  try {
    return { policy: compileRuntimePolicy(content, excludes) };
  } catch (error) {
    if (error instanceof RuntimePolicyError) return { problems: error.problems };
    throw error;
  }
}

/** A thread that waits for its next task collects nothing, and would keep what the last one was handed. */
function forget(input: object, size: number): void {
  for (const key of Object.keys(input)) delete (input as Record<string, unknown>)[key];
  if (size >= LARGE_BYTES) collectGarbage();
}
